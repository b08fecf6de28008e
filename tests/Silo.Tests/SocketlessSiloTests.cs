using System.Net;
using Ahenk.Silo.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class SocketlessSiloTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_the_silo_could_listen_or_connect_with_is_ours()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(SiloSetup.Configure);

        var listeners = Factories<IConnectionListenerFactory>(builder.Services);
        var connectors = Factories<IConnectionFactory>(builder.Services);

        Assert.Equal((2, 1), (listeners.Length, connectors.Length));
        foreach (var factory in listeners)
        {
            await using var listener = await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Token);
            var accepting = listener.AcceptAsync(Token).AsTask();
            Assert.Equal(0, ((IPEndPoint)listener.EndPoint).Port);
            Assert.False(accepting.IsCompleted);
            await listener.UnbindAsync(Token);
            Assert.Null(await accepting);
        }

        await Assert.ThrowsAsync<NotSupportedException>(() => connectors[0].ConnectAsync(new IPEndPoint(IPAddress.Loopback, 9), Token).AsTask());
    }

    [Fact]
    public void A_silo_whose_transport_is_registered_in_an_unknown_way_is_not_started() =>
        Assert.Throws<InvalidOperationException>(() => SocketlessSilo.RemoveSockets(new ServiceCollection()));

    private static T[] Factories<T>(IServiceCollection services) =>
        [.. services.Where(service => service.ServiceType == typeof(T)).Select(service => (T)service.KeyedImplementationInstance!)];
}
