using System.CommandLine;
using System.Diagnostics;
using Ahenk.Cli.Documentation;

namespace Ahenk.Cli.Tests;

/// <summary>A machine in a folder: configuration, logs, a daemon that answers always the same. Paths of command lines are within it, and its folder is taken out of what comes back.</summary>
internal sealed class CommandSite : IAsyncDisposable
{
    private static readonly SemaphoreSlim Console = new(1);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public CommandSite()
    {
        Write("/etc/ahenk/ahenk.conf", $"[BASE]\nlogfile = {In("/var/ahenk/log/ahenk.log")}\nauditlog = {In("/var/ahenk/log/audit.log")}\n\n[CONNECTION]\nhost = lider.example.org\n");
        Write("/var/ahenk/log/ahenk.log", """
            2026-03-01 12:00:00.123 +03:00 INF [EXECUTION] Task 41 accepted: script EXECUTE_SCRIPT
            2026-03-01 12:00:01.456 +03:00 INF [EXECUTION] Task 41 finished: TASK_PROCESSED

            """);
        Write("/var/ahenk/log/audit.log", """
            {"time":"2026-03-01T12:00:00.123+03:00","who":"lider","what":"task-accepted","plugin":"script","command":"EXECUTE_SCRIPT","id":41}

            """);
        Write("/root/script.json", """{"SCRIPT_TYPE":"BASH","SCRIPT_CONTENTS":"id -un","SCRIPT_PARAMS":""}""");
        Write("/root/result.json", """{"Result":"3 disks are well"}""");
        Write("/var/lib/ahenk/tmp/local-result-1", "a picture");
        Directory.CreateDirectory(In("/run/ahenk"));
        Daemon = new FakeDaemon(In("/run/ahenk/control.sock"), Root);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ahenk-cli-").FullName;

    public FakeDaemon Daemon { get; }

    /// <summary>Where a path of the machine is.</summary>
    public string In(string path) => Root + path;

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        File.WriteAllText(In(path), text);
        File.SetUnixFileMode(In(path), OwnerOnly);
    }

    /// <summary>Runs the command and waits for its end.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(new CommandRun(arguments));

    /// <summary>Runs the command: within this process, which takes no time, unless it has input or another language.</summary>
    public async Task<CommandResult> RunAsync(CommandRun run)
    {
        if (run.Input.Length > 0 || run.Locale != English.Locale)
        {
            return await StartAsync(run);
        }

        await Console.WaitAsync(TestContext.Current.CancellationToken);
        var (output, error) = (System.Console.Out, System.Console.Error);
        try
        {
            using var written = new StringWriter();
            using var complaints = new StringWriter();
            System.Console.SetOut(written);
            System.Console.SetError(complaints);
            var code = await Program.RunAsync(Complete(run.Arguments), run.Time);
            return new CommandResult(code, Strip(written.ToString()), Strip(complaints.ToString()));
        }
        finally
        {
            System.Console.SetOut(output);
            System.Console.SetError(error);
            Console.Release();
        }
    }

    /// <summary>Runs the command as a process of its own.</summary>
    public async Task<CommandResult> StartAsync(CommandRun run)
    {
        var token = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = In("/root"),
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "ahenk.dll"), .. Complete(run.Arguments)])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LC_ALL"] = run.Locale;
        start.Environment["TZ"] = "UTC";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(run.Input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
        await process.WaitForExitAsync(token);
        return new CommandResult(process.ExitCode, Strip(await output), Strip(await error));
    }

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private string Strip(string text) => text.Replace(Root, "", StringComparison.Ordinal);

    /// <summary>The command line with this machine's paths.</summary>
    private string[] Complete(string[] arguments)
    {
        string[] here = [.. arguments.Select(argument => argument.StartsWith('/') ? In(argument) : argument)];
        var root = Program.CreateRoot();
        (string[] Words, Command Command)[] way = [.. CommandTree.Walk(root).Where(entry => arguments.Take(entry.Words.Length).SequenceEqual(entry.Words))];
        var options = way.SelectMany(entry => CommandTree.Options(entry.Command).Where(option => option.Recursive || entry.Words.Length == way.Max(other => other.Words.Length)))
            .Select(option => option.Name).ToHashSet();
        return
        [
            .. here,
            .. arguments.Contains("--socket") ? (string[])[] : ["--socket", In("/run/ahenk/control.sock")],
            .. options.Contains("--config") && !arguments.Contains("--config") ? (string[])["--config", In("/etc/ahenk/ahenk.conf")] : [],
        ];
    }
}

/// <summary>A run of the command.</summary>
internal sealed record CommandRun(string[] Arguments)
{
    public string Input { get; init; } = "";

    public string Locale { get; init; } = English.Locale;

    /// <summary>What tells it how long it waits; only for runs within this process.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How a run ended.</summary>
internal sealed record CommandResult(int Code, string Output, string Error);
