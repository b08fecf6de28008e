using System.Text.Json.Nodes;

namespace Ahenk.Grains.Interfaces;

/// <summary>
/// What happens in the agent, for those of its parts, plugins and users that want to know. Nothing depends on anybody's listening, and nobody who listens can
/// hold up what happens. docs/events.md lists the events.
/// </summary>
public interface IAgentEvents
{
    /// <summary>Tells everybody who listens. Never waits, never fails, and runs nothing of a listener's.</summary>
    void Raise(AgentEvent happened);

    /// <summary>Listens from now on.</summary>
    /// <param name="filter">What is of interest.</param>
    IEventSubscription Subscribe(EventFilter filter);
}

/// <summary>
/// What has happened since somebody began to listen and has not been read yet, of bounded length: a reader that falls behind loses the oldest and is told so
/// by <see cref="EventsLost"/> in their place. Disposing it ends its reading.
/// </summary>
public interface IEventSubscription : IDisposable
{
    /// <summary>The latest of what had happened before, the oldest first.</summary>
    IReadOnlyList<RaisedEvent> Before { get; }

    /// <summary>What happens, in the order in which it does. One reader at a time.</summary>
    /// <param name="cancellationToken">Ends the reading, as disposing does.</param>
    IAsyncEnumerable<RaisedEvent> ReadAllAsync(CancellationToken cancellationToken);
}

/// <summary>Something that happens in the agent. Values never change, and hold no secrets.</summary>
/// <param name="Name">Words of lower-case letters with dots between them, from the general to the particular.</param>
public abstract record AgentEvent(string Name)
{
    /// <summary>The login name of the user whom it concerns, who may see it; <see langword="null"/>: it is root's.</summary>
    public virtual string? User => null;

    /// <summary>What there is to say of it, by stable names; a new object.</summary>
    public abstract JsonObject Fields { get; }
}

/// <summary>An event that has happened.</summary>
/// <param name="At">When.</param>
/// <param name="Event">What.</param>
public readonly record struct RaisedEvent(DateTimeOffset At, AgentEvent Event)
{
    /// <summary><c>name</c>, <c>time</c> and the event's own fields.</summary>
    public JsonObject ToJson()
    {
        var json = Event.Fields;
        json.Insert(0, "name", Event.Name);
        json.Insert(1, "time", At);
        return json;
    }
}

/// <summary>Which events are of interest.</summary>
public sealed record EventFilter
{
    /// <summary>Every event.</summary>
    public static EventFilter All { get; } = new();

    /// <summary>Names, or the words with which they begin: <c>task</c> is all of <c>task.accepted</c> and <c>task.finished</c>. None: all names.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The user whose events alone are seen; <see langword="null"/>: everybody's, and those that concern nobody.</summary>
    public string? User { get; init; }

    /// <summary>Whether an event is of interest.</summary>
    public bool Lets(AgentEvent happened) =>
        (User is null || happened.User == User) && (Names.Count == 0 || Names.Any(name => Begins(happened.Name, name.AsSpan().TrimEnd('.'))));

    private static bool Begins(ReadOnlySpan<char> name, ReadOnlySpan<char> words) =>
        name.StartsWith(words, StringComparison.Ordinal) && (name.Length == words.Length || name[words.Length] == '.');
}
