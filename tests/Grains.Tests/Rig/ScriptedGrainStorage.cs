using System.Collections.Concurrent;
using System.Globalization;
using Ahenk.Grains.Interfaces;
using Orleans.Storage;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>Grain storage in memory that fails when a test says so.</summary>
public sealed class ScriptedGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), (object Value, int Version)> _rows = new();

    public bool WritesFail { get; set; }

    public bool ReadsFail { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (ReadsFail)
        {
            throw Broken();
        }

        if (_rows.TryGetValue((stateName, grainId), out var row))
        {
            grainState.State = (T)row.Value;
            grainState.ETag = row.Version.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (WritesFail)
        {
            throw Broken();
        }

        var row = _rows.AddOrUpdate((stateName, grainId), (grainState.State!, 1), (_, old) => (grainState.State!, old.Version + 1));
        grainState.ETag = row.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    private static StorageException Broken() => new("/test/ahenk.db", "The disk is broken.");
}
