using Ahenk.FileServers;

namespace Ahenk.FileTransfer.Tests;

/// <summary>One SSH server for the tests that do not change it.</summary>
public sealed class SshServerFixture : IAsyncLifetime
{
    public SshTestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await SshTestServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
