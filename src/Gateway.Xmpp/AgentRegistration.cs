using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Tells the connection that the identity is another one: its session must end.</summary>
internal sealed class IdentityChange : IDisposable
{
    private CancellationTokenSource _next = new();

    /// <summary>Set at the next change.</summary>
    public CancellationToken Next => Volatile.Read(ref _next).Token;

    /// <summary>The identity has changed, and that is stored.</summary>
    public Task TellAsync() => Interlocked.Exchange(ref _next, new CancellationTokenSource()).CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _next.Dispose();
}

/// <inheritdoc cref="IAgentRegistration"/>
internal sealed partial class AgentRegistration(IGrainFactory grains, IdentityChange change, ILogger<AgentRegistration> logger) : IAgentRegistration
{
    private IAgentGrain Agent => grains.GetGrain<IAgentGrain>(0);

    /// <inheritdoc/>
    public async Task MoveAsync(string dn)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dn);
        if ((await Agent.GetIdentity()).State != RegistrationState.Unregistered)
        {
            await Agent.Adopt(null, null, dn);
            LogMoved(dn);
        }
    }

    /// <inheritdoc/>
    public async Task RenameAsync(string name, string dn)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(dn);
        var before = await Agent.GetIdentity();
        if (before.State == RegistrationState.Unregistered)
        {
            return;
        }

        await Agent.Adopt(name, null, dn);
        LogRenamed(before.Name, name, dn);
        if (before.Name != name)
        {
            await change.TellAsync();
        }
    }

    /// <inheritdoc/>
    public async Task LeaveAsync()
    {
        if ((await Agent.GetIdentity()).State == RegistrationState.Unregistered)
        {
            return;
        }

        await Agent.MarkUnregistered();
        LogLeft();
        await change.TellAsync();
    }

    [LoggerMessage(3944, LogLevel.Warning, "[REGISTRATION] Lider has moved this machine's entry to {Dn}")]
    private partial void LogMoved(string dn);

    [LoggerMessage(3945, LogLevel.Warning, "[REGISTRATION] Lider has renamed this machine from {Old} to {Name} ({Dn})")]
    private partial void LogRenamed(string old, string name, string dn);

    [LoggerMessage(3946, LogLevel.Warning, "[REGISTRATION] Lider has removed this machine: it is not registered any more")]
    private partial void LogLeft();
}
