using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Ahenk.Silo.Control;

/// <content>Calls that go on after their result.</content>
internal sealed partial class ControlSocket
{
    /// <summary>Answers a call and sends its notifications until it has no more, the daemon stops, or the caller goes or asks for something else.</summary>
    /// <returns>What the caller asks for next; <see langword="null"/>: nothing more.</returns>
    private async Task<string?> Follow(
        ControlMethod method, ControlRequest request, PeerCredentials caller, LineReader lines, NetworkStream stream, CancellationToken stoppingToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await using var values = method.Stream!(request, caller, end.Token).GetAsyncEnumerator(end.Token);
        await WriteLine(stream, await Answer(request, caller, First));
        Task<string?>? next = null;
        while (true)
        {
            var more = values.MoveNextAsync().AsTask();
            if (!more.IsCompleted || next is not null)
            {
                // Without the limit of other callers: a follower has nothing to say.
                next ??= lines.ReadLineAsync(stoppingToken).AsTask();
                if (await Task.WhenAny(next, more) == next)
                {
                    await end.CancelAsync();
                    await ((Task)more).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return await next;
                }
            }

            try
            {
                if (!await more)
                {
                    return await (next ?? ReadLine(lines, stoppingToken));
                }
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or IOException or InvalidDataException))
            {
                // The result is given, so that nothing but the end of the connection can tell the caller.
                if (MayLog(caller))
                {
                    LogCallFailed(failure, request.Method);
                }

                return null;
            }

            await WriteLine(stream, JsonRpc.Notification(method.Notification, values.Current));
        }

        async Task<JsonNode?> First() => await values.MoveNextAsync() ? values.Current : null;
    }
}
