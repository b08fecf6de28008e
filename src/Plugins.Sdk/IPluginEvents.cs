using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk;

/// <summary>What happens in the agent. docs/events.md lists the events; they are news, not orders: one may be lost, and nothing waits for whoever hears of it.</summary>
public interface IPluginEvents
{
    /// <summary>
    /// Raises an event <c>plugin.PLUGIN.NAME</c>, which other plugins may subscribe to and <c>ahenk events</c> shows to root. Waits for nobody.
    /// </summary>
    /// <param name="name">
    /// What has happened: at most 64 lower-case letters, digits, <c>_</c> and <c>-</c>, with dots between words, for example <c>printer.removed</c>.
    /// </param>
    /// <param name="data">What there is to say of it: at most 8 KiB of JSON, no more than 32 levels deep. No secrets.</param>
    /// <exception cref="ArgumentException">The name is not of that form, or the data are too much.</exception>
    void Raise(string name, JsonObject? data = null);

    /// <summary>
    /// Has a handler called for events, one after the other, until what is returned is disposed or the plugin is unloaded. The plugin's own events are not
    /// among them. When the handler is too slow the oldest events are lost, and <c>events.lost</c> says how many; when it throws, that is logged and it goes on
    /// with the next one.
    /// </summary>
    /// <param name="name">A name, or the words with which it begins: <c>task</c>, <c>task.finished</c>; empty: every event.</param>
    /// <param name="handler">Is given the event, and a token that is set when the subscription ends.</param>
    /// <exception cref="InvalidOperationException">The plugin has 16 subscriptions already.</exception>
    /// <exception cref="ObjectDisposedException">The plugin was unloaded.</exception>
    IDisposable Subscribe(string name, Func<EventMessage, CancellationToken, Task> handler);
}

/// <summary>An event.</summary>
/// <param name="Name">Its name, for example <c>task.finished</c>.</param>
/// <param name="At">When it happened.</param>
/// <param name="Fields">Its fields, the receiver's own copy.</param>
public sealed record EventMessage(string Name, DateTimeOffset At, JsonObject Fields);

/// <summary>Events in a test that does not care for them.</summary>
internal sealed class NoEvents : IPluginEvents, IDisposable
{
    public static NoEvents Instance { get; } = new();

    public void Raise(string name, JsonObject? data = null)
    {
    }

    public IDisposable Subscribe(string name, Func<EventMessage, CancellationToken, Task> handler) => this;

    public void Dispose()
    {
    }
}
