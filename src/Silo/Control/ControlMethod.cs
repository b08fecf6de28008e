using System.Text.Json.Nodes;

namespace Ahenk.Silo.Control;

/// <summary>Carries a call out.</summary>
/// <exception cref="ControlException">It is refused.</exception>
internal delegate Task<JsonNode?> ControlCall(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken);

/// <summary>One method of the control socket.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Call">What it does.</param>
internal sealed record ControlMethod(string Name, ControlCall Call)
{
    /// <summary>Whether everybody may call it; else root alone.</summary>
    public bool IsForEverybody { get; init; }

    /// <summary>Whether a call changes something, and so is noted in the audit log.</summary>
    public Func<ControlRequest, bool> Changes { get; init; } = static _ => false;

    /// <summary>A method for root that changes something.</summary>
    public static ControlMethod Change(string name, ControlCall call) => new(name, call) { Changes = static _ => true };
}

/// <summary>Methods of one subject. All that are registered are found by their names.</summary>
internal interface IControlMethods
{
    IEnumerable<ControlMethod> Methods { get; }
}
