using Ahenk.FileServers;

namespace Ahenk.FileTransfer.Tests;

/// <summary>One HTTP server for the tests that do not change it.</summary>
public sealed class HttpServerFixture : IAsyncLifetime
{
    public HttpTestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await HttpTestServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
