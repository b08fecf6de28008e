using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>The agent's own registration, and who is logged in.</summary>
internal sealed class AgentSurroundings(CurrentIdentity identity, IUserSessions sessions, TimeProvider time) : IPythonSurroundings, IDisposable
{
    /// <summary>How long a list of sessions is good enough for: asking costs two programs.</summary>
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _asking = new(1);
    private IReadOnlyList<PythonSession> _sessions = [];
    private long? _askedAt;

    /// <inheritdoc/>
    public async ValueTask<PythonSurroundings> ReadAsync()
    {
        var known = identity.Value;
        var agent = new PythonAgent
        {
            Uid = known.Name.Length > 0 ? known.Name : null,
            Password = known.Password.Length > 0 ? known.Password : null,
            Dn = known.Dn,
            Registered = known.State != RegistrationState.Unregistered,
        };
        return new PythonSurroundings(agent, await ReadSessionsAsync());
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    private static PythonSession? ToRow(UserSession session) => LoginName.Parse(session.UserName) is { } name
        ? new PythonSession(name.User, session.Display, session.Desktop, session.RemoteHost, name.Domain)
        : null;

    private async Task<IReadOnlyList<PythonSession>> ReadSessionsAsync()
    {
        await _asking.WaitAsync();
        try
        {
            if (_askedAt is not { } at || time.GetElapsedTime(at) >= FreshFor)
            {
                // Whoever sits at the machine comes first: plugins that look for "the" user take the first row.
                var people = (await sessions.ListAsync(CancellationToken.None)).Where(session => session.IsOfPerson);
                _sessions =
                [
                    .. people.OrderByDescending(session => session.IsGraphical).ThenByDescending(session => session.State == SessionState.Active)
                        .Select(ToRow).OfType<PythonSession>(),
                ];
                _askedAt = time.GetTimestamp();
            }

            return _sessions;
        }
        finally
        {
            _asking.Release();
        }
    }
}
