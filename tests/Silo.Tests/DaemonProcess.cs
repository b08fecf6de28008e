using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Ahenk.Silo.Tests;

/// <summary>The real daemon, from the tests' own build, without a server to connect to.</summary>
internal sealed class DaemonProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;

    private DaemonProcess(Process process, StringBuilder output)
    {
        _process = process;
        _output = output;
    }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Writes the configuration of a daemon into a folder.</summary>
    public static string Configure(string folder, int shutdownTimeout = 60)
    {
        Directory.CreateDirectory(Path.Combine(folder, "plugins"));
        var file = Path.Combine(folder, "ahenk.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"""
            [BASE]
            statedir = {folder}/state
            rundir = {folder}/run
            logfile = {folder}/ahenk.log
            auditlog = {folder}/audit.log
            shutdown_timeout = {shutdownTimeout}
            [PLUGIN]
            pluginfolderpath = {folder}/plugins
            [CONNECTION]
            host = 127.0.0.1
            servicename = example.org
            """));
        return file;
    }

    /// <summary>Makes a plugin of shell lines, by mode.</summary>
    public static void AddPlugin(string folder, string name, string modes, string script)
    {
        var plugin = Directory.CreateDirectory(Path.Combine(folder, "plugins", name)).FullName;
        File.WriteAllText(Path.Combine(plugin, "plugin.json"), $$"""{"name":"{{name}}","version":"1.0.0","kind":"executable","program":"run","modes":[{{modes}}]}""");
        var program = Path.Combine(plugin, "run");
        File.WriteAllText(program, "#!/bin/sh\nread -r call\n" + script);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
    }

    public static DaemonProcess Start(string configuration, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", Path.Combine(AppContext.BaseDirectory, "Ahenk.Silo"), "--config", configuration])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var output = new StringBuilder();
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new DaemonProcess(process, output);

        void Append(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }
    }

    public void Terminate() => Signal.Send(_process, Signal.Terminate);

    public async Task<int> ExitAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The daemon did not end.\n{Output}");
        }

        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Waits for a file, or for a line of the log.</summary>
    public async Task WhenAsync(Func<bool> condition, string what)
    {
        for (var began = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(!_process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"{what} did not come.\n{Output}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
