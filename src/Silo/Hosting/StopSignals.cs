using System.Runtime.InteropServices;

namespace Ahenk.Silo.Hosting;

/// <summary>SIGTERM, SIGINT and SIGQUIT end the agent in order. One that comes while it starts counts once it has started, and further ones change nothing.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Listens from now on.</summary>
    public StopSignals() =>
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT]).Select(signal => PosixSignalRegistration.Create(signal, Take))];

    /// <summary>Completes with the first one.</summary>
    public Task Received => _received.Task;

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void Take(PosixSignalContext signal)
    {
        // The default is to end at once.
        signal.Cancel = true;
        _received.TrySetResult();
    }
}
