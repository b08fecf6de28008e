using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>An installer that does what the test says.</summary>
public sealed class ScriptedInstaller : IPluginInstaller
{
    private readonly Signal _changed = new();
    private volatile int _calls;

    public Func<string, PluginPackage, Task<string?>> OnInstall { get; set; } = (_, _) => Task.FromResult<string?>(null);

    public int Calls => _calls;

    public Task WhenCalled(int times = 1) => _changed.When(() => Calls >= times);

    public async Task<string?> InstallAsync(string plugin, PluginPackage package, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        _changed.Set();
        await Task.Yield();
        return await OnInstall(plugin, package);
    }
}
