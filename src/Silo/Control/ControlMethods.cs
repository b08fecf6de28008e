using System.Text.Json.Nodes;

namespace Ahenk.Silo.Control;

/// <summary>What can be called over the control socket. docs/control-socket.md lists the methods.</summary>
internal sealed class ControlMethods(IEnumerable<IControlMethods> subjects)
{
    private readonly Dictionary<string, ControlMethod> _methods =
        subjects.SelectMany(subject => subject.Methods).ToDictionary(method => method.Name, StringComparer.Ordinal);

    /// <summary>The names of all methods.</summary>
    public IReadOnlyCollection<string> Names => _methods.Keys;

    /// <summary>Carries a call out.</summary>
    /// <exception cref="ControlException">It is refused.</exception>
    public Task<JsonNode?> Invoke(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken) =>
        !_methods.TryGetValue(request.Method, out var method) ? throw new ControlException(JsonRpc.MethodNotFound, $"There is no method '{request.Method}'.")
        : !MayCall(method, caller) ? throw new ControlException(JsonRpc.Forbidden, $"Only root may call '{request.Method}'.")
        : method.Call(request, caller, cancellationToken);

    /// <summary>The method, when it is one with notifications that the caller may call; else <see langword="null"/>.</summary>
    public ControlMethod? FindStreaming(ControlRequest request, PeerCredentials caller) =>
        _methods.TryGetValue(request.Method, out var method) && method.Stream is not null && MayCall(method, caller) ? method : null;

    /// <summary>The method, when the call changes something; else <see langword="null"/>.</summary>
    public ControlMethod? FindChange(ControlRequest request) => _methods.TryGetValue(request.Method, out var method) && method.Changes(request) ? method : null;

    private static bool MayCall(ControlMethod method, PeerCredentials caller) => method.IsForEverybody || caller.IsPrivileged;
}
