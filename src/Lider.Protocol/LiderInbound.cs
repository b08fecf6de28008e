namespace Ahenk.Lider.Protocol;

/// <summary>What a stanza body from Lider turned out to be: a <see cref="LiderMessage"/> or a <see cref="ProtocolError"/>.</summary>
public abstract record LiderInbound
{
    private protected LiderInbound()
    {
    }
}

/// <summary>
/// A message from Lider (LP 2). <see cref="ToString"/> of every message names what it is about and never shows parameters, passwords
/// or scripts, so that a message can be logged as it is.
/// </summary>
public abstract record LiderMessage : LiderInbound
{
    private protected LiderMessage(string type) => Type = type;

    /// <summary>The message's <c>type</c> on the wire.</summary>
    public string Type { get; }

    /// <summary>When Lider sent it; <see langword="null"/> when it did not say, or not legibly (LP 2.1).</summary>
    public LiderDate? Timestamp { get; init; }

    /// <summary>What <see cref="ToString"/> adds to <see cref="Type"/>. Must not hold a secret.</summary>
    private protected virtual string Subject => "";

    /// <summary>
    /// Reads the body of a stanza. Lenient: unknown fields are ignored, a field of the wrong kind counts as absent, the last of several
    /// equal keys wins. Takes time and memory linear in the length of the body; nesting is limited to 64 levels.
    /// </summary>
    /// <param name="body">The text of the stanza's body.</param>
    /// <returns>A message, or a <see cref="ProtocolError"/>; no text makes it throw.</returns>
    public static LiderInbound Parse(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return InboundParser.Parse(body);
    }

    /// <inheritdoc/>
    public sealed override string ToString() => Subject.Length == 0 ? Type : $"{Type} {Subject}";
}

/// <summary>What is wrong with a body that is not a message.</summary>
public enum ProtocolErrorKind
{
    /// <summary>It is not a JSON object, or one that is nested too deep.</summary>
    NotJson,

    /// <summary>It has no <c>type</c>, or one that Lider does not send (LP 2.1).</summary>
    UnknownType,

    /// <summary>Its type is known, but something it cannot do without is missing or illegible.</summary>
    Invalid,
}

/// <summary>A body that cannot be acted upon.</summary>
/// <param name="Kind">What is wrong in general.</param>
/// <param name="Reason">
/// One sentence for the log and, where there is a <see cref="TaskId"/>, for the administrator. It quotes at most the names of the type and
/// of the plugin and holds no control characters.
/// </param>
/// <param name="TaskId">The task that should be answered TASK_ERROR, where its id could be recovered; else <see langword="null"/>.</param>
public sealed record ProtocolError(ProtocolErrorKind Kind, string Reason, long? TaskId = null) : LiderInbound;
