namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>A grain with a state, as simple as they come.</summary>
public interface INoteGrain : IGrainWithStringKey
{
    /// <summary>Adds a line and writes.</summary>
    Task AddAsync(string line);

    /// <summary>Writes until it has added so many lines.</summary>
    Task AddManyAsync(int lines);

    Task<Note> ReadAsync();

    Task ClearAsync();
}

[GenerateSerializer]
[Alias("ahenk.tests.Note")]
public sealed class Note
{
    [Id(0)]
    public List<string> Lines { get; set; } = [];
}

public sealed class NoteGrain([PersistentState("note", NoteGrain.Storage)] IPersistentState<Note> note) : Grain, INoteGrain
{
    public const string Storage = "ahenk";

    public Task AddAsync(string line)
    {
        note.State.Lines.Add(line);
        return note.WriteStateAsync();
    }

    public async Task AddManyAsync(int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            note.State.Lines.Add($"{i}");
            await note.WriteStateAsync();
        }
    }

    public Task<Note> ReadAsync() => Task.FromResult(note.State);

    public Task ClearAsync() => note.ClearStateAsync();
}
