using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

/// <summary>
/// A message to Lider (LP 3). <see cref="ToString"/> of every message names what it is about and never shows data, passwords or texts, so
/// that a message can be logged as it is.
/// </summary>
public abstract record AgentMessage
{
    private protected AgentMessage(string type) => Type = type;

    /// <summary>The message's <c>type</c> on the wire.</summary>
    [JsonPropertyOrder(-100)]
    public string Type { get; }

    /// <summary>
    /// When it was made. Its own offset decides the clock that is written, so it should be local time; goes out as <c>dd-MM-yyyy HH:mm</c>,
    /// 24 hours (LP 3.1).
    /// </summary>
    [JsonPropertyOrder(100)]
    [JsonConverter(typeof(WireTimestampConverter))]
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>What <see cref="ToString"/> adds to <see cref="Type"/>. Must not hold a secret.</summary>
    private protected virtual string Subject => "";

    /// <summary>
    /// The body of the stanza: JSON on one line without control characters, and with exactly one place that reads as
    /// <c>"type":"..."</c> to the patterns by which the server tells messages apart (LP 1.5).
    /// </summary>
    /// <exception cref="JsonException">Free-form data is nested deeper than 64 levels.</exception>
    /// <exception cref="InvalidOperationException">Free-form data was parsed from text that holds half a surrogate pair.</exception>
    /// <exception cref="ArgumentException">
    /// Free-form data was parsed from text with equal keys, or holds a number that JSON has no word for.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// Free-form data holds a value of a type that is not JSON's. None of these comes after <see cref="TaskStatusMessage.FitTo"/> or
    /// <see cref="PolicyStatusMessage.FitTo"/>.
    /// </exception>
    public string ToBody() => JsonSerializer.Serialize(this, TypeInfo);

    /// <inheritdoc/>
    public sealed override string ToString() => Subject.Length == 0 ? Type : $"{Type} {Subject}";

    private protected abstract JsonTypeInfo TypeInfo { get; }
}
