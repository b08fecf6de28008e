using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite;

namespace Ahenk.Silo.Doctor;

/// <summary>What the database says of the machine's registration. Without secrets.</summary>
internal sealed record StoredIdentity(string Name, RegistrationState State, string? Host, string? BoundJid)
{
    /// <summary>Reads it; <see langword="null"/>: the machine has never been registered here.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public static StoredIdentity? Read(string databaseFile)
    {
        if (!File.Exists(databaseFile))
        {
            return null;
        }

        using var database = DatabaseLook.Open(databaseFile);
        try
        {
            return database.ReadGrainState("identity") is { } json && JsonNode.Parse(json) is JsonObject state
                ? new StoredIdentity(
                    (string?)state[nameof(AgentIdentity.Name)] ?? "",
                    state[nameof(AgentIdentity.State)] is JsonValue value && value.TryGetValue<int>(out var number) ? (RegistrationState)number : RegistrationState.Unregistered,
                    (string?)state[nameof(AgentIdentity.Host)],
                    database.ReadBoundJid())
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            throw new StorageException(databaseFile, "What it says of the registration cannot be understood: it was written by another agent.", unreadable);
        }
    }
}
