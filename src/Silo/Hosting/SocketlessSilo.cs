using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.Silo.Hosting;

/// <summary>
/// A silo that binds no socket. Orleans' localhost clustering listens unauthenticated on loopback, where any local user could call the
/// grains of this root process, or join a silo of their own and run grains in it.
/// </summary>
internal static class SocketlessSilo
{
    /// <summary>Replaces every listener and connection factory that Orleans has registered.</summary>
    /// <exception cref="InvalidOperationException">Orleans registers its transport in another way than this version knows.</exception>
    public static void RemoveSockets(IServiceCollection services)
    {
        var listeners = Replace<IConnectionListenerFactory>(services, new NullListenerFactory());
        var connectors = Replace<IConnectionFactory>(services, new NullConnectionFactory());
        if (listeners != 2 || connectors != 1)
        {
            throw new InvalidOperationException(
                $"Orleans registered {listeners} listener and {connectors} connection factories; 2 and 1 were expected. The silo is not started, for it might listen.");
        }
    }

    private static int Replace<T>(IServiceCollection services, T replacement)
        where T : class
    {
        var found = services.Where(service => service.IsKeyedService && service.ServiceType == typeof(T)).ToArray();
        foreach (var service in found)
        {
            services.Remove(service);
            services.AddKeyedSingleton(service.ServiceKey, replacement);
        }

        return found.Length;
    }

    private sealed class NullListenerFactory : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IConnectionListener>(new NullListener(endpoint));
    }

    private sealed class NullListener(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _unbound.Task.WaitAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class NullConnectionFactory : IConnectionFactory
    {
        public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("This silo is alone: it opens no connection.");
    }
}
