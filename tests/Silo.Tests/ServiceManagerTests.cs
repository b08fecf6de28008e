using Ahenk.Silo.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class ServiceManagerTests
{
    [Fact]
    public async Task It_tells_systemd_what_it_is_told_and_a_status_only_when_it_changed()
    {
        using var systemd = new NotifySocket();
        var manager = Manager(systemd.Path);

        manager.Ready();
        manager.Tell("Connected\nWATCHDOG=1");
        manager.Tell("Connected\nWATCHDOG=1");
        manager.Stopping(TimeSpan.FromSeconds(2));

        Assert.Equal("READY=1", await systemd.ReadAsync());
        Assert.Equal("STATUS=Connected WATCHDOG=1", await systemd.ReadAsync());
        Assert.Equal("STOPPING=1\nEXTEND_TIMEOUT_USEC=2000000", await systemd.ReadAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/nowhere/at/all")]
    public void Without_anybody_to_tell_nothing_fails(string? socket) => Manager(socket).Alive();

    [Theory]
    [InlineData("/run/notify", "120000000", "7", "/run/notify", 120.0)]
    [InlineData("@abstract", "120000000", null, "@abstract", 120.0)]
    [InlineData("/run/notify", "120000000", "8", "/run/notify", null)]
    [InlineData("/run/notify", "soon", "7", "/run/notify", null)]
    [InlineData("/run/notify", "0", "7", "/run/notify", null)]
    [InlineData("/run/notify", "9223372036854775807", "7", "/run/notify", null)]
    [InlineData("vsock:2:3", "120000000", "7", null, null)]
    [InlineData(null, "120000000", "7", null, null)]
    public void What_systemd_says_is_read(string? socket, string? interval, string? process, string? path, double? seconds) =>
        Assert.Equal(
            new ServiceEnvironment(path, seconds is { } length ? TimeSpan.FromSeconds(length) : null),
            ServiceEnvironment.Read(socket, interval, process, ownProcess: 7));

    private static ServiceManager Manager(string? socket) => new(new ServiceEnvironment(socket, null), NullLogger<ServiceManager>.Instance);
}
