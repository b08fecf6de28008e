using System.Text.Json.Nodes;
using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Doctor;

namespace Ahenk.Silo.Control;

/// <summary>
/// The doctor over the control socket: root sees all findings, others those that are nobody's secret. Callers who come while an examination goes on get its findings,
/// and others than root get those of one that was just made: nobody can keep the daemon busy with it.
/// </summary>
internal sealed class DoctorControl(
    LoadedConfiguration configuration, IAgentControl agent, IPluginHost plugins, ISessionProbe session, FileServerNews fileServer, TimeProvider time) : IControlMethods
{
    private static readonly TimeSpan StillTrue = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Task<IReadOnlyList<Diagnosis>> _last = Task.FromResult<IReadOnlyList<Diagnosis>>([]);
    private long? _begunAt;

    public IEnumerable<ControlMethod> Methods =>
    [
        new("doctor", async (_, caller, token) => Describe(await ExamineAsync(caller.IsPrivileged).WaitAsync(token), caller)) { IsForEverybody = true },
    ];

    private static JsonObject Describe(IReadOnlyList<Diagnosis> diagnoses, PeerCredentials caller) => Examination.Describe(diagnoses, forEverybody: !caller.IsPrivileged);

    private Task<IReadOnlyList<Diagnosis>> ExamineAsync(bool anew)
    {
        lock (_gate)
        {
            if (_begunAt is { } begun && (!_last.IsCompleted || (!anew && time.GetElapsedTime(begun) < StillTrue)))
            {
                return _last;
            }

            _begunAt = time.GetTimestamp();
            _last = Checkup.RunAsync(
                new Patient
                {
                    ConfigurationFile = configuration.MainFile,
                    Settings = configuration.Settings,
                    Daemon = new DaemonKnowledge(agent.GetReport, plugins, session, fileServer),
                    Time = time,
                },
                CancellationToken.None);
            return _last;
        }
    }
}
