using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Control;

/// <summary>
/// The Unix socket through which the <c>ahenk</c> command talks to the daemon. Everybody may connect; what a caller may do is decided from what
/// the kernel says of it.
/// </summary>
internal sealed partial class ControlSocket(
    AhenkSettings settings, ControlMethods methods, IAuditLog audit, TimeProvider time, ILogger<ControlSocket> logger) : PersistentService(time, Pause)
{
    private const int MostUnprivileged = 16;
    private const int Backlog = 64;
    private const int MaxLineBytes = 64 * 1024;
    private const UnixFileMode ForEverybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _unprivileged = new(MostUnprivileged);
    private readonly LogSieve _ofOthers = new(time, TimeSpan.FromMinutes(1));

    /// <summary>Where the socket of a run directory is.</summary>
    public static string PathIn(string runDirectory) => Path.Combine(runDirectory, "control.sock");

    /// <inheritdoc/>
    public override void Dispose()
    {
        _unprivileged.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        var path = PathIn(settings.RunDirectory);

        // One that was left behind: nobody else listens there, for this process has the lock of the directory.
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, ForEverybody);
        listener.Listen(Backlog);
        try
        {
            while (true)
            {
                if (await Accept(listener, stoppingToken) is { } connection)
                {
                    _ = Serve(connection, stoppingToken);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc/>
    protected override void LogFailed(Exception failure, double seconds) => LogNotOpen(failure, PathIn(settings.RunDirectory), seconds);

    /// <summary>The next caller; <see langword="null"/> after a pause when the system had no room for one.</summary>
    private async Task<Socket?> Accept(Socket listener, CancellationToken stoppingToken)
    {
        try
        {
            return await listener.AcceptAsync(stoppingToken);
        }
        catch (SocketException failure)
        {
            LogNotAccepted(failure.Message);
            await Task.Delay(AcceptPause, Time, stoppingToken);
            return null;
        }
    }

    private async Task Serve(Socket connection, CancellationToken stoppingToken)
    {
        // Accepting goes on before this caller has said anything.
        await Task.Yield();
        var counted = false;
        try
        {
            using (connection)
            {
                var caller = PeerCredentials.Of(connection);
                counted = !caller.IsPrivileged && _unprivileged.Wait(0, CancellationToken.None);
                if (!caller.IsPrivileged && !counted)
                {
                    // Other users must not be able to use up what root needs.
                    LogTooMany(caller.UserId);
                    return;
                }

                await using var stream = new NetworkStream(connection);
                var lines = new LineReader(stream, MaxLineBytes);
                var line = await ReadLine(lines, stoppingToken);
                while (line is not null)
                {
                    if (JsonRpc.Read(line, out var problem) is not { } request)
                    {
                        await WriteLine(stream, problem!);
                    }
                    else if (methods.FindStreaming(request, caller) is { } following)
                    {
                        line = await Follow(following, request, caller, lines, stream, stoppingToken);
                        continue;
                    }
                    else
                    {
                        await WriteLine(stream, await Answer(request, caller, () => methods.Invoke(request, caller, stoppingToken)));
                    }

                    line = await ReadLine(lines, stoppingToken);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or InvalidDataException or OperationCanceledException)
        {
            LogCallerLost(failure.Message);
        }
        finally
        {
            if (counted)
            {
                _unprivileged.Release();
            }
        }
    }

    private async Task<string?> ReadLine(LineReader lines, CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(IdleLimit, Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, limit.Token);
        return await lines.ReadLineAsync(stop.Token);
    }

    /// <summary>What has been done is answered, also when the agent ends meanwhile. A caller that asks and does not read is not waited for.</summary>
    private async Task WriteLine(NetworkStream stream, string line)
    {
        using var limit = new CancellationTokenSource(WriteLimit, Time);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), limit.Token);
    }

    private async Task<string> Answer(ControlRequest request, PeerCredentials caller, Func<Task<JsonNode?>> call)
    {
        try
        {
            var result = await call();
            Audit(request, caller, method => method.Outcome(result));
            return JsonRpc.Result(request.Id, result);
        }
        catch (ControlException refusal)
        {
            Audit(request, caller, _ => $"refused: {refusal.Message}");
            if (MayLog(caller))
            {
                LogRefused(request.Method, caller.UserId, refusal.Message);
            }

            return JsonRpc.Error(request.Id, refusal.Code, refusal.Message);
        }
        catch (OperationCanceledException)
        {
            Audit(request, caller, static _ => "interrupted by the agent's end");
            throw;
        }
        catch (Exception failure)
        {
            Audit(request, caller, _ => $"failed: {failure.Message}");
            if (MayLog(caller))
            {
                LogCallFailed(failure, request.Method);
            }

            return JsonRpc.Error(request.Id, JsonRpc.InternalError, $"{request.Method} failed: {failure.Message}");
        }
    }

    /// <summary>Calls of root alone: what others could fill is not here.</summary>
    private void Audit(ControlRequest request, PeerCredentials caller, Func<ControlMethod, string> result)
    {
        if (caller.IsPrivileged && methods.FindChange(request) is { } method)
        {
            var entry = new AuditEntry(AuditSource.User(caller.UserId), AuditAction.Control) { Method = method.Name };
            audit.Write(method.About(request, entry) with { Result = result(method) });
        }
    }

    /// <summary>Others than root get a line now and then: as many calls as they like must not roll the log away.</summary>
    private bool MayLog(PeerCredentials caller)
    {
        if (caller.IsPrivileged)
        {
            return true;
        }

        var passes = _ofOthers.Passes(out var held);
        if (passes && held > 0)
        {
            LogHeld(held);
        }

        return passes;
    }

    [LoggerMessage(3101, LogLevel.Debug, "[CONTROL] A caller is gone: {Reason}")]
    private partial void LogCallerLost(string reason);

    [LoggerMessage(3102, LogLevel.Warning, "[CONTROL] {Method} of uid {UserId} was refused: {Reason}")]
    private partial void LogRefused(string method, uint userId, string reason);

    [LoggerMessage(3103, LogLevel.Error, "[CONTROL] {Method} failed")]
    private partial void LogCallFailed(Exception failure, string method);

    [LoggerMessage(3104, LogLevel.Debug, "[CONTROL] uid {UserId} was turned away: too many open connections of users")]
    private partial void LogTooMany(uint userId);

    [LoggerMessage(3105, LogLevel.Warning, "[CONTROL] No caller can be taken in for the moment: {Reason}")]
    private partial void LogNotAccepted(string reason);

    [LoggerMessage(3106, LogLevel.Warning, "[CONTROL] {Count} more calls of others than root were refused or failed since the last line about one")]
    private partial void LogHeld(long count);

    [LoggerMessage(3107, LogLevel.Error, "[CONTROL] The control socket {Path} cannot be opened, so that the ahenk command does not reach the agent; tried again in {Seconds} s")]
    private partial void LogNotOpen(Exception failure, string path, double seconds);
}
