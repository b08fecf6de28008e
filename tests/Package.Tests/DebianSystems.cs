namespace Ahenk.Package.Tests;

/// <summary>Makes each Debian once, for it takes a minute, and hands out copies.</summary>
public sealed class DebianSystems : IAsyncLifetime
{
    private readonly Dictionary<string, DebianSystem> _models = [];

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in _models.Values)
        {
            await model.DisposeAsync();
        }
    }

    /// <summary>A system that nothing has happened to.</summary>
    internal async Task<DebianSystem> CreateAsync(string suite)
    {
        if (!_models.TryGetValue(suite, out var model))
        {
            model = await DebianSystem.CreateAsync(suite);
            _models.Add(suite, model);
        }

        return await model.CopyAsync();
    }
}
