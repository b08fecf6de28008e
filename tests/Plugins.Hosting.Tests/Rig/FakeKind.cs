using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>A kind of plugins that does what the test says.</summary>
internal sealed class FakeKind(string kind) : IPluginRunnerFactory
{
    public string Kind => kind;

    public string? Obstacle { get; set; }

    public List<(string Folder, PluginManifest Manifest)> Made { get; } = [];

    public Func<PluginCall, CancellationToken, Task<PluginResult>> OnRun { get; set; } = (_, _) => Task.FromResult(PluginResult.Processed("done"));

    public CommandAbility? Ability { get; set; } = new(false, false, TimeSpan.FromMinutes(1));

    public string? FindObstacle() => Obstacle;

    public IPluginRunner Create(string folder, PluginManifest manifest)
    {
        Made.Add((folder, manifest));
        return new Runner(this);
    }

    private sealed class Runner(FakeKind kind) : IPluginRunner
    {
        public bool IsLoaded => false;

        public CommandAbility? FindCommand(string command) => kind.Ability;

        public CommandAbility? FindPolicy() => kind.Ability;

        public Task<PluginResult> RunAsync(PluginCall call, CancellationToken cancellationToken) => kind.OnRun(call, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
