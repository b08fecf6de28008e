using System.Collections.Concurrent;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.Agreement;

/// <summary>A machine with sessions and dialogs that do what the test says.</summary>
internal sealed class PeopleMachine : IMachine, IUserSessions, IUserDialogs, IDisposable
{
    private readonly Signal _changed = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<DialogAnswer>> _open = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<UserSession> _list = [];
    private volatile int _looks;
    private volatile int _shown;

    public string PrivateDirectory { get; } = Directory.CreateTempSubdirectory("ahenk-private-").FullName;

    public ICommandRunner Commands => throw new NotSupportedException();

    public IInventory Inventory => throw new NotSupportedException();

    public IUserSessions Sessions => this;

    public IUserDialogs Dialogs => this;

    /// <summary>Who is logged in.</summary>
    public IReadOnlyList<UserSession> List
    {
        get => _list;
        set => _list = value;
    }

    public bool CanShow { get; set; } = true;

    /// <summary>Whether displays are up.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>What was shown last.</summary>
    public DialogText? Text { get; private set; }

    /// <summary>What was written to terminals.</summary>
    public ConcurrentQueue<string> Written { get; } = new();

    /// <summary>The sessions with a dialog.</summary>
    public IReadOnlyList<string> Open => [.. _open.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How often it was asked who is logged in.</summary>
    public int Looks => _looks;

    /// <summary>How often a dialog was begun.</summary>
    public int Shown => _shown;

    public Task When(Func<PeopleMachine, bool> condition) => _changed.When(() => condition(this));

    /// <summary>The user of a session answers.</summary>
    public void Answer(string session, DialogAnswer answer) => _open[session].TrySetResult(answer);

    public void Dispose() => Directory.Delete(PrivateDirectory, recursive: true);

    public Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _looks);
        _changed.Set();
        return Task.FromResult(List);
    }

    public async Task<DialogAnswer> AskAsync(UserSession session, DialogText text, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _shown);
        if (!IsUp)
        {
            _changed.Set();
            return DialogAnswer.NotShown;
        }

        Text = text;
        var answer = new TaskCompletionSource<DialogAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[session.Id] = answer;
        _changed.Set();
        try
        {
            return await answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _open.TryRemove(session.Id, out _);
            _changed.Set();
        }
    }

    public Task<bool> NotifyAsync(UserSession session, string text, CancellationToken cancellationToken)
    {
        if (session.Terminal is null)
        {
            return Task.FromResult(false);
        }

        Written.Enqueue($"{session.Terminal}: {text}");
        _changed.Set();
        return Task.FromResult(true);
    }

    public Task<DialogAnswer> ShowAsync(UserSession session, DialogText text, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session) => throw new NotSupportedException();

    public Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken) => throw new NotSupportedException();
}
