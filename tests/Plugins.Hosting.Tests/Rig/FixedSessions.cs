using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>Sessions that a test says are there.</summary>
internal sealed class FixedSessions : IUserSessions
{
    public IReadOnlyList<UserSession> Sessions { get; set; } = [];

    /// <summary>How often they were asked for.</summary>
    public int Asked { get; private set; }

    public Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(Sessions);
    }

    public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session) => throw new NotSupportedException();

    public Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken) => throw new NotSupportedException();
}
