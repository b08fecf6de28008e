using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Silo.Tests;

/// <summary>Two plugins and the grains that take changes of them.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class FakePlugins : DispatchProxy
{
    /// <summary>What was asked for, in no order: changes go on beside each other.</summary>
    public List<string> Changes { get; } = [];

    public IGrainFactory Factory => (IGrainFactory)(object)this;

    public IPluginHost Host { get; } = new FakeHost();

    public static FakePlugins New() => (FakePlugins)(object)Create<IGrainFactory, FakePlugins>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod switch
    {
        { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IPluginGrain) => new FakePluginGrain((string)args![0]!, this),
        _ => throw new NotSupportedException(targetMethod?.ToString()),
    };

    private sealed class FakePluginGrain(string name, FakePlugins owner) : IPluginGrain
    {
        public Task<string> Change(PluginChange change)
        {
            lock (owner.Changes)
            {
                owner.Changes.Add($"{change} {name}");
            }

            return Task.FromResult($"{name} is changed.");
        }

        public Task Enqueue(PluginWork work) => throw new NotSupportedException();

        public Task Await(IPluginWaiter waiter, string? version) => throw new NotSupportedException();

        public Task Install(PluginPackage package) => throw new NotSupportedException();

        public Task NotFound() => throw new NotSupportedException();

        public Task<WorkCancel> Cancel(long id) => throw new NotSupportedException();
    }

    private sealed class FakeHost : IPluginHost
    {
        public IReadOnlyList<PluginReport> List() =>
        [
            new PluginReport { Name = "conky", Kind = "python", Status = PluginStatus.Malfunctioned, Reason = "It is broken.", Folder = "/p/conky", Modes = [PluginMode.Safe] },
            new PluginReport { Name = "script", Version = "1.0.0", Kind = "dotnet", Status = PluginStatus.Active, Folder = "/p/script", IsLoaded = true },
        ];

        public ValueTask<PluginLookup> FindAsync(string plugin, string? version, string? command) => throw new NotSupportedException();

        public Task<PluginRun> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<PluginReport> LoadAsync(string plugin) => throw new NotSupportedException();

        public Task UnloadAsync(string plugin) => throw new NotSupportedException();

        public IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
