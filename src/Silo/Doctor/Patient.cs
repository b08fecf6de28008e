using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Doctor;

/// <summary>What is examined.</summary>
internal sealed record Patient
{
    /// <summary>The main configuration file.</summary>
    public required string ConfigurationFile { get; init; }

    /// <summary>What the configuration says; <see langword="null"/>: it cannot be used.</summary>
    public required AhenkSettings? Settings { get; init; }

    /// <summary>What the daemon knows; <see langword="null"/>: it does not run, or does not answer.</summary>
    public DaemonKnowledge? Daemon { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where the machine's files are.</summary>
    public string Root { get; init; } = "/";

    /// <summary>A file of the machine.</summary>
    public string File(string path) => Path.Combine(Root, path);
}

/// <summary>What only the running daemon knows.</summary>
internal sealed record DaemonKnowledge(Func<Task<AgentReport>> Report, IPluginHost Plugins, ISessionProbe Session, FileServerNews FileServer);
