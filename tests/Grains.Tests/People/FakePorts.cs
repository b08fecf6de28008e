using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.People;

/// <summary>A machine whose sessions the test makes.</summary>
public sealed class PeopleMachine(Journal journal)
    : IMachine, IInventory, IUserSessions, ISessionWatch, IMachineBoot, ILocalAdministrators, IAccounts, ILoginSpool
{
    private readonly Channel<bool> _changes = Channel.CreateUnbounded<bool>();
    private readonly Lock _ending = new();
    private volatile IReadOnlyList<UserSession> _sessions = [];

    public string Id { get; set; } = "boot-1";

    /// <summary>What the list of sessions fails with.</summary>
    public Exception? ListFailure { get; set; }

    public string? AdministratorsHindered { get; set; }

    /// <summary>What the hook wrote down.</summary>
    public SpooledLogins? Spooled { get; set; }

    public MachineInventory Inventory { get; set; } = new()
    {
        Network = new NetworkIdentity("pc-7", []) { IpAddresses = ["10.0.0.5", "10.0.0.6"] },
        DistributionVersion = "23.2",
        DiskTotalMb = 5_000_000_000,
        DiskUsedMb = 7,
        DiskFreeMb = -1,
        MemoryTotalMib = 7870,
        Disks = [new DiskInfo("sda", true, 10, 5)],
    };

    public IReadOnlyList<UserSession> Listed => _sessions;

    ICommandRunner IMachine.Commands => throw new NotSupportedException();

    IInventory IMachine.Inventory => this;

    IUserSessions IMachine.Sessions => this;

    string IMachine.PrivateDirectory => throw new NotSupportedException();

    /// <summary>These users have a session now, and the login service says so.</summary>
    public void SetUsers(params string[] users) => SetSessions([.. users.Select(user => Session(user))]);

    public void SetSessions(params UserSession[] sessions)
    {
        _sessions = sessions;
        _changes.Writer.TryWrite(true);
    }

    /// <summary>The list changes, and nobody says so.</summary>
    public void SetUsersSilently(params string[] users) => _sessions = [.. users.Select(user => Session(user))];

    public static UserSession Session(string user) => new(user + "-1", user, 1000) { State = SessionState.Active, Type = SessionType.X11, Display = ":0" };

    public Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken)
    {
        journal.Add("list");
        return ListFailure is { } failure ? Task.FromException<IReadOnlyList<UserSession>>(failure) : Task.FromResult(_sessions);
    }

    public Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken)
    {
        // Several are ended at once, and whoever reads of it looks at what is left.
        lock (_ending)
        {
            SetSessions([.. _sessions.Where(other => other.Id != session.Id)]);
        }

        journal.Add($"end {session.Id}");
        return Task.FromResult(true);
    }

    public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session) => throw new NotSupportedException();

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => _changes.Reader.ReadAsync(cancellationToken).AsTask();

    public Task<string?> SetAsync(IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        journal.Add($"administrators [{string.Join(' ', users)}]");
        return Task.FromResult(AdministratorsHindered);
    }

    public Task<Account?> FindAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<Account?>(name.StartsWith("nobody", StringComparison.Ordinal) ? null : new Account(name, 1000, 1000, "/home/x", "", []));

    public void Write(string line) => Spooled = new SpooledLogins([.. Spooled?.Lines ?? [], line]);

    public SpooledLogins? Take() => Spooled;

    public void Forget()
    {
        Spooled = null;
        journal.Add("forget");
    }

    public Task<MachineInventory> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Inventory);

    public NetworkIdentity ReadNetwork() => Inventory.Network;
}

/// <summary>Plugins whose modes are noted, and end when the test lets them.</summary>
public sealed class ModeHost(Journal journal) : IPluginHost
{
    private volatile TaskCompletionSource? _hold;

    public IReadOnlyList<PluginReport> Plugins { get; set; } =
    [
        Plugin("conky", PluginMode.Login, PluginMode.Logout, PluginMode.Safe),
        Plugin("script", PluginMode.Safe),
        Plugin("broken", PluginMode.Login, PluginMode.Safe) with { Status = PluginStatus.Malfunctioned },
        Plugin("service"),
    ];

    /// <summary>The modes that begin from now on wait for <see cref="Release"/>.</summary>
    public void Hold() => _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => Interlocked.Exchange(ref _hold, null)?.TrySetResult();

    public IReadOnlyList<PluginReport> List() => Plugins;

    public async Task<PluginRun> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var name = $"{work.Kind} {plugin} {work.Command} {work.UserName}";
        if (_hold is { } hold)
        {
            journal.Add(name + " held");
            try
            {
                await hold.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return new PluginRun(TaskOutcome.Error("the agent stopped"));
            }
        }

        journal.Add(name);
        return new PluginRun(new TaskOutcome(PluginCode.Processed, ""));
    }

    public ValueTask<PluginLookup> FindAsync(string plugin, string? version, string? command) => throw new NotSupportedException();

    public Task<PluginReport> LoadAsync(string plugin) => throw new NotSupportedException();

    public Task UnloadAsync(string plugin) => throw new NotSupportedException();

    public IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private static PluginReport Plugin(string name, params PluginMode[] modes) =>
        new() { Name = name, Kind = "python", Status = PluginStatus.Active, Folder = "/p/" + name, Modes = modes };
}

/// <summary>A disk that takes so many changes and then no more; what it took is in the store behind it.</summary>
public sealed class MortalStore(IDocumentStore store, Journal journal, int saves) : IDocumentStore
{
    private int _left = saves;

    public async ValueTask SaveAsync(IReadOnlyList<Document> documents, IReadOnlyList<OutboxDraft> messages)
    {
        if (Interlocked.Decrement(ref _left) < 0)
        {
            journal.Add("dead");
            throw new StorageException("/test/ahenk.db", "The machine is off.");
        }

        await store.SaveAsync(documents, messages);
        foreach (var message in messages)
        {
            journal.Add($"message {Type(message.Body)}");
        }

        foreach (var document in documents)
        {
            journal.Add(document.Text is null ? $"out {document.Key.Name}" : $"stored {document.Key.Name} {Stage(document.Text)}");
        }
    }

    public ValueTask<string?> FindAsync(DocumentKey key) => store.FindAsync(key);

    public ValueTask<IReadOnlyList<Document>> ListAsync(string kind) => store.ListAsync(kind);

    private static string Type(string body) => (string)System.Text.Json.Nodes.JsonNode.Parse(body)!["type"]!;

    private static string Stage(string text) => (string?)System.Text.Json.Nodes.JsonNode.Parse(text)!["stage"] ?? "?";
}
