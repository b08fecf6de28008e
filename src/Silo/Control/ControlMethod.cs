using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Carries a call out.</summary>
/// <exception cref="ControlException">It is refused.</exception>
internal delegate Task<JsonNode?> ControlCall(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken);

/// <summary>Carries out a call that goes on: the first value is the result, each further one the parameters of a notification.</summary>
/// <exception cref="ControlException">It is refused, in place of the first value.</exception>
internal delegate IAsyncEnumerable<JsonNode> ControlStream(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken);

/// <summary>One method of the control socket.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Call">What it does.</param>
internal sealed record ControlMethod(string Name, ControlCall Call)
{
    /// <summary>What is done in place of <see cref="Call"/>, for a method that has more to say than its result.</summary>
    public ControlStream? Stream { get; init; }

    /// <summary>The name of the notifications of <see cref="Stream"/>.</summary>
    public string Notification { get; init; } = "";

    /// <summary>Whether everybody may call it; else root alone.</summary>
    public bool IsForEverybody { get; init; }

    /// <summary>Whether a call changes something, and so is noted in the audit log when root makes it.</summary>
    public Func<ControlRequest, bool> Changes { get; init; } = static _ => false;

    /// <summary>Puts into the audit log's entry what a call is about. The request may be a wrong one.</summary>
    public Func<ControlRequest, AuditEntry, AuditEntry> About { get; init; } = static (_, entry) => entry;

    /// <summary>What the audit log says of the outcome of a call, from its result.</summary>
    public Func<JsonNode?, string> Outcome { get; init; } = static _ => "done";

    /// <summary>A method that may send notifications after its result. Called as one that sends none, it gives its result alone.</summary>
    public static ControlMethod Streaming(string name, string notification, ControlStream stream) =>
        new(name, async (request, caller, token) => await stream(request, caller, token).FirstAsync(token)) { Stream = stream, Notification = notification };

    /// <summary>A method for root that changes something.</summary>
    public static ControlMethod Change(string name, ControlCall call) => new(name, call) { Changes = static _ => true };

    /// <summary>The outcome of a call whose result has a <c>message</c>, or is a list of objects that have one.</summary>
    public static string Message(JsonNode? result) => result is JsonArray list
        ? string.Join(" ", list.Select(one => (string?)one?["message"]))
        : (string?)result?["message"] ?? "done";
}

/// <summary>Methods of one subject. All that are registered are found by their names.</summary>
internal interface IControlMethods
{
    IEnumerable<ControlMethod> Methods { get; }
}
