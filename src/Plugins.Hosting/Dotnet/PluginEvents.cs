using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Running;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>The events of one plugin. Disposing it ends the plugin's subscriptions, so that nothing here holds its code any more.</summary>
internal sealed partial class PluginEvents(string plugin, IAgentEvents events, PluginThreads threads, TimeProvider time, ILogger<PluginEvents> logger)
    : IPluginEvents, IDisposable
{
    private const int MostSubscriptions = 16;

    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<Listener> _listeners = [];
    private bool _isEnded;

    private string PluginName => plugin;

    private PluginThreads Threads => threads;

    private TimeProvider Time => time;

    /// <inheritdoc/>
    public void Raise(string name, JsonObject? data = null) => events.Raise(EventText.Of(plugin, name, data));

    /// <inheritdoc/>
    public IDisposable Subscribe(string name, Func<EventMessage, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(handler);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            if (_listeners.Count == MostSubscriptions)
            {
                throw new InvalidOperationException($"The plugin {plugin} has {MostSubscriptions} subscriptions already; a run that subscribes must dispose its subscription.");
            }

            var listener = new Listener(this, events.Subscribe(new EventFilter { Names = name.Length > 0 ? [name] : [] }), handler);
            _listeners.Add(listener);

            // Without what flows with the caller's call: that must not live as long as the subscription.
            ThreadPool.UnsafeQueueUserWorkItem(static started => _ = started.ListenAsync(), listener, preferLocal: false);
            return listener;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Listener[] listeners;
        lock (_gate)
        {
            _isEnded = true;
            listeners = [.. _listeners];
        }

        foreach (var listener in listeners)
        {
            listener.Dispose();
        }
    }

    private void Remove(Listener listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
        }
    }

    [LoggerMessage(3901, LogLevel.Warning, "[PLUGIN] {Plugin} failed at the event {Event}; it is told the next ones, and further failures are logged once a minute")]
    private partial void LogHandlerFailed(Exception failure, string plugin, string @event);

    private sealed class Listener(PluginEvents owner, IEventSubscription subscription, Func<EventMessage, CancellationToken, Task> handler) : IDisposable
    {
        // Never disposed: the handler may still use its token.
        private readonly CancellationTokenSource _ending = new();
        private long? _loggedAt;

        public async Task ListenAsync()
        {
            await foreach (var (at, happened) in subscription.ReadAllAsync(CancellationToken.None))
            {
                if (happened is not PluginRaised raised || raised.Plugin != owner.PluginName)
                {
                    await TellAsync(new EventMessage(happened.Name, at, happened.Fields));
                }
            }
        }

        public void Dispose()
        {
            owner.Remove(this);
            subscription.Dispose();

            // What the plugin has registered with its token is run, but not waited for.
            _ = _ending.CancelAsync();
        }

        private async Task TellAsync(EventMessage message)
        {
            try
            {
                await owner.Threads.RunAsync(() => CallAsync(message));
            }
            catch (Exception failure)
            {
                // The plugin's own code: it may throw anything, and is told the next event all the same.
                if (!_ending.IsCancellationRequested && (_loggedAt is not { } last || owner.Time.GetElapsedTime(last) >= LogEvery))
                {
                    _loggedAt = owner.Time.GetTimestamp();
                    owner.LogHandlerFailed(failure, owner.PluginName, message.Name);
                }
            }
        }

        private async Task<bool> CallAsync(EventMessage message)
        {
            await handler(message, _ending.Token);
            return true;
        }
    }
}
