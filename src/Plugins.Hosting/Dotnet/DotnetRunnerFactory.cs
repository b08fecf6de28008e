using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>Makes the runners of .NET plugins.</summary>
internal sealed class DotnetRunnerFactory(
    PluginHostOptions options, IMachine machine, IAgentRegistration agent, IAgentEvents events, TimeProvider time, ILoggerFactory loggers) : IPluginRunnerFactory
{
    public string Kind => PluginKinds.Dotnet;

    public IMachine Machine => machine;

    public IAgentRegistration Agent => agent;

    public IAgentEvents Events => events;

    public TimeProvider Time => time;

    public ILoggerFactory Loggers => loggers;

    public string AgentVersion => options.AgentVersion;

    public UnloadWatch Unloaded { get; } = new(time, loggers.CreateLogger<UnloadWatch>());

    public PluginThreads Threads { get; } = new(TimeSpan.FromSeconds(10));

    public string? FindObstacle() => null;

    public IPluginRunner Create(string folder, PluginManifest manifest) => new DotnetRunner(folder, manifest, this);
}
