using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Unit")]
public sealed class OptionsTests
{
    private static readonly FileTransferOptions Options = new() { KnownHostsFile = "/nowhere/known_hosts" };

    [Fact]
    public void The_port_is_registered_and_opens_nothing()
    {
        using var services = new ServiceCollection().AddLogging().AddFileTransfer(Options).BuildServiceProvider();

        Assert.IsType<FileServerClient>(services.GetRequiredService<IFileTransfer>());
    }

    public static TheoryData<FileTransferOptions> Wrong => new(
        Options with { KnownHostsFile = " " },
        Options with { MaxFetchBytes = 0 },
        Options with { ConnectTimeout = TimeSpan.Zero },
        Options with { ConnectTimeout = TimeSpan.FromDays(1) },
        Options with { IdleTimeout = TimeSpan.FromMilliseconds(1) },
        Options with { IdleTimeout = TimeSpan.FromDays(1) });

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Options_out_of_range_are_refused(FileTransferOptions options) => Assert.ThrowsAny<ArgumentException>(options.Validate);
}
