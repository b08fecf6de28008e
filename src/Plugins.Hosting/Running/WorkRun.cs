using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Hosting.Catalog;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>One run of a command, profile or mode: keeps its time limit, gives it its files and turns whatever comes of it into an answer.</summary>
internal sealed partial class WorkRun(CatalogEntry entry, PluginSlot slot, IPluginRunner runner, PluginWork work, RunServices services)
{
    /// <summary>How long a plugin may take to heed its cancellation. After that it is left behind, so that its queue goes on.</summary>
    private static readonly TimeSpan CancellationGrace = TimeSpan.FromSeconds(15);

    private const int LongestMessage = 2000;

    private readonly ILogger _logger = services.Logger;
    private volatile bool _hasEnded;

    private string What => work.Kind switch
    {
        PluginWorkKind.Command => $"{entry.Name} {PluginNames.Shown(work.Command)}",
        PluginWorkKind.Profile => $"{entry.Name} (profile)",
        _ => $"{entry.Name} (mode {PluginNames.Shown(work.Command)})",
    };

    /// <summary>Runs it.</summary>
    /// <param name="whenFree">Called when work that was left behind has ended at last and somebody waits for that.</param>
    /// <param name="agentStops">The agent ends.</param>
    /// <exception cref="PluginLoadException">The plugin cannot be loaded; nothing was run.</exception>
    public async Task<PluginRun> RunAsync(Action whenFree, CancellationToken agentStops)
    {
        try
        {
            if (work.Kind == PluginWorkKind.Mode && (ReadMode() is not { } mode || !entry.Manifest!.Modes.Contains(mode)))
            {
                return new PluginRun(new TaskOutcome(PluginCode.Processed, ""));
            }

            var ability = FindAbility();
            var server = ReadFileServer();
            var parameters = ReadParameters();
            return await RunAsync(ability, server, parameters, whenFree, agentStops);
        }
        catch (PluginLoadException)
        {
            throw;
        }
        catch (Exception failure) when (failure is PluginInputException or PluginFailedException or FileServerException)
        {
            LogFailed(What, work.Id, failure.Message);
            return Error(failure.Message) with { WasInterrupted = failure is PluginInterruptedException };
        }
        catch (AnswerTooLargeException)
        {
            LogTooLarge(What, work.Id, AnswerData.MostBytes);
            return Error($"{What} answered with more data than the agent takes ({AnswerData.MostBytes >> 20} MiB); its author must send a file in place of it.");
        }
        catch (Exception failure)
        {
            // A plugin may throw anything; it costs the plugin's task and nothing else.
            LogThrew(failure, What, work.Id);
            var cause = failure is TypeInitializationException or TargetInvocationException && failure.InnerException is { } inner ? inner : failure;
            var message = cause.Message.Length <= LongestMessage ? cause.Message : cause.Message[..LongestMessage];
            return Error($"{What} failed: {cause.GetType().Name}: {message}");
        }
    }

    private async Task<PluginRun> RunAsync(CommandAbility ability, FileServer? server, JsonObject parameters, Action whenFree, CancellationToken agentStops)
    {
        var files = new PluginFiles(server, services.Transfer, services.Machine.PrivateDirectory);
        var running = Task.FromResult<PluginResult>(null!);
        try
        {
            var call = new PluginCall
            {
                Kind = work.Kind,
                Id = work.Id,
                Command = work.Kind == PluginWorkKind.Command ? work.Command : "",
                Mode = work.Kind == PluginWorkKind.Mode ? ReadMode()!.Value : default,
                Parameters = parameters,
                UserName = work.UserName,
                PolicyVersion = work.PolicyVersion,
                AgentDn = services.Identity.Value.Dn,
                FileServer = server,
                Files = files,
                Store = new PluginStore(entry.Name, services.Data),
                Progress = ReportAsync,
            };
            var result = await ExecuteAsync(call, ability.TimeLimit, started => running = started, agentStops);
            _hasEnded = true;
            return await AnswerAsync(result, server, files, agentStops);
        }
        finally
        {
            _hasEnded = true;
            if (running.IsCompleted)
            {
                RemoveFiles(files);
            }
            else
            {
                LogLeftBehind(What, work.Id);
                _ = running.ContinueWith(_ => RemoveFiles(files), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                slot.LeaveBehind(What, running, whenFree);
            }
        }
    }

    private async Task<PluginResult> ExecuteAsync(PluginCall call, TimeSpan timeLimit, Action<Task<PluginResult>> started, CancellationToken agentStops)
    {
        var limit = new CancellationTokenSource(timeLimit, services.Time);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, agentStops);
        var token = stop.Token;
        var running = Task.Run(() => runner.RunAsync(call, token), CancellationToken.None);
        started(running);
        try
        {
            return await EndAsync(running, token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or TimeoutException && agentStops.IsCancellationRequested)
        {
            throw new PluginInterruptedException($"{What} was ended because the agent stopped; not run again.");
        }
        catch (Exception failure) when (failure is OperationCanceledException or TimeoutException && limit.IsCancellationRequested)
        {
            var tooLong = $"ran longer than its time limit of {timeLimit.TotalSeconds:0.###} s";
            throw new PluginFailedException(running.IsCompleted
                ? $"{What} was ended: it {tooLong} ({NameSetting()})."
                : $"{What} {tooLong} ({NameSetting()}) and does not heed its cancellation; it may still be running.");
        }
        finally
        {
            // The plugin may still use the token while it runs.
            _ = running.ContinueWith(
                _ =>
                {
                    stop.Dispose();
                    limit.Dispose();
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task<PluginResult> EndAsync(Task<PluginResult> running, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        return await Task.WhenAny(running, stopped.Task) == running
            ? await running
            : await running.WaitAsync(CancellationGrace, services.Time, CancellationToken.None);
    }

    private async Task<PluginRun> AnswerAsync(PluginResult? result, FileServer? server, PluginFiles files, CancellationToken agentStops)
    {
        if (work.Kind == PluginWorkKind.Mode)
        {
            return new PluginRun(new TaskOutcome(PluginCode.Processed, ""));
        }

        if (result is null || !Enum.IsDefined(result.Code))
        {
            var returned = result is null ? "no result" : "a result code that is not known";
            throw new PluginFailedException($"{What} failed: it returned {returned}; its author must correct it.");
        }

        if (result.File is not null && work.Kind == PluginWorkKind.Profile)
        {
            throw new PluginFailedException($"{What} answered with a file, which Lider does not take for profiles; the plugin's author must correct it.");
        }

        JsonObject? data;
        try
        {
            data = result.File is not { } file ? result.Data
                : LocalRunId.Is(work.Id) ? await LocalResult.KeepAsync(What, file, services.Machine.PrivateDirectory, agentStops)
                : await services.Upload.SendAsync(What, file, server, files, agentStops);
        }
        catch (OperationCanceledException) when (agentStops.IsCancellationRequested)
        {
            throw new PluginInterruptedException($"{What} made a file, but the agent stopped before it was uploaded; not run again.");
        }

        var text = AnswerData.Write(AnswerData.WithMail(data, result.Mail));
        var outcome = new TaskOutcome(result.Code, result.Message ?? "", text, result.Keep == KeptPart.End) { FileType = result.File?.Type };
        return new PluginRun(outcome, Guard(result.AfterAnswer));
    }

    private CommandAbility FindAbility() => work.Kind switch
    {
        PluginWorkKind.Command => runner.FindCommand(work.Command)
            ?? throw new PluginFailedException($"The plugin {entry.Name} has no command {PluginNames.Shown(work.Command)}."),
        PluginWorkKind.Profile => runner.FindPolicy()
            ?? throw new PluginFailedException($"The plugin {entry.Name} has no policy: it cannot apply profiles."),
        _ => new CommandAbility(Idempotent: false, Parallel: false, services.Options.ModeTimeout),
    };

    private PluginMode? ReadMode() =>
        Enum.TryParse<PluginMode>(work.Command, ignoreCase: true, out var mode) && Enum.IsDefined(mode) && !char.IsAsciiDigit(work.Command[0]) ? mode : null;

    private JsonObject ReadParameters()
    {
        try
        {
            return JsonNode.Parse(work.Parameters) switch
            {
                JsonObject parameters => parameters,
                null => [],
                _ => throw new PluginInputException($"{What} was not run: its parameters are not a JSON object."),
            };
        }
        catch (JsonException)
        {
            throw new PluginInputException($"{What} was not run: its parameters are not valid JSON.");
        }
    }

    private FileServer? ReadFileServer()
    {
        try
        {
            var server = work.FileServer is { } json ? FileServer.FromJson(json) : null;
            services.Secrets.RegisterPassing(server?.Password);
            return server;
        }
        catch (JsonException)
        {
            // Not the exception's own words: they may quote the password.
            throw new PluginInputException($"{What} was not run: what the task says of its file server cannot be read.");
        }
    }

    private string NameSetting()
    {
        if (work.Kind == PluginWorkKind.Mode)
        {
            return "[PLUGIN] mode_timeout of the agent's configuration";
        }

        return entry.Manifest!.Kind == PluginKinds.Dotnet
            ? "set in the plugin's code"
            : $"timeLimitSeconds in {Path.Combine(entry.Folder, PluginManifest.FileName)}";
    }

    private async Task ReportAsync(string message, JsonObject? data)
    {
        if (_hasEnded || work.Kind != PluginWorkKind.Command)
        {
            return;
        }

        try
        {
            await services.Progress.ReportAsync(work.Id, message ?? "", data);
        }
        catch (Exception failure)
        {
            // The work itself is not the worse for it.
            LogNoProgress(failure, What, work.Id);
        }
    }

    private Func<CancellationToken, Task>? Guard(Func<CancellationToken, Task>? afterAnswer) => afterAnswer is null ? null : async cancellationToken =>
    {
        try
        {
            await Task.Run(() => afterAnswer(cancellationToken), CancellationToken.None);
        }
        catch (Exception failure)
        {
            // The answer is given; there is nobody but the log to be told.
            LogAfterAnswer(failure, What, work.Id);
        }
    };

    private void RemoveFiles(PluginFiles files)
    {
        try
        {
            files.Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFilesLeft(failure, What, work.Id);
        }
    }

    private static PluginRun Error(string message) => new(TaskOutcome.Error(message));
}
