using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A document store in memory that fails when a test says so.</summary>
public sealed class FakeDocumentStore : IDocumentStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DocumentKey, string> _documents = [];
    private readonly List<OutboxDraft> _messages = [];
    private readonly Signal _changed = new();
    private int _toFail;
    private int _toStore;

    /// <summary>What is stored.</summary>
    public IReadOnlyDictionary<DocumentKey, string> Documents
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<DocumentKey, string>(_documents);
            }
        }
    }

    /// <summary>The messages in the order of storing.</summary>
    public IReadOnlyList<OutboxDraft> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    /// <summary>The next so many saves fail and store nothing.</summary>
    public void FailNext(int count)
    {
        lock (_gate)
        {
            (_toStore, _toFail) = (0, count);
        }
    }

    /// <summary>The next so many saves are the last that store anything, until <see cref="FailNext"/> says otherwise.</summary>
    public void FailAfter(int count)
    {
        lock (_gate)
        {
            (_toStore, _toFail) = (count, int.MaxValue);
        }
    }

    /// <summary>Waits until a condition holds; looked at after each save, failed ones too.</summary>
    public Task WaitAsync(Func<FakeDocumentStore, bool> until) => _changed.When(() => until(this));

    public async ValueTask<string?> FindAsync(DocumentKey key)
    {
        // The real store always answers from another thread.
        await Task.Yield();
        lock (_gate)
        {
            return _documents.GetValueOrDefault(key);
        }
    }

    public async ValueTask<IReadOnlyList<Document>> ListAsync(string kind)
    {
        await Task.Yield();
        lock (_gate)
        {
            return [.. _documents.Where(pair => pair.Key.Kind == kind).OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(pair => new Document(pair.Key, pair.Value))];
        }
    }

    public async ValueTask SaveAsync(IReadOnlyList<Document> documents, IReadOnlyList<OutboxDraft> messages)
    {
        await Task.Yield();
        try
        {
            lock (_gate)
            {
                if (_toFail > 0 && _toStore-- <= 0)
                {
                    _toFail--;
                    throw new StorageException("/test/ahenk.db", "The disk is full.");
                }

                foreach (var document in documents)
                {
                    if (document.Text is { } text)
                    {
                        _documents[document.Key] = text;
                    }
                    else
                    {
                        _documents.Remove(document.Key);
                    }
                }

                _messages.AddRange(messages);
            }
        }
        finally
        {
            _changed.Set();
        }
    }
}
