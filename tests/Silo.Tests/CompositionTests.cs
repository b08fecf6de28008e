using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;
using Ahenk.Silo.Hosting;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class CompositionTests
{
    [Fact]
    public void Everything_that_the_daemon_starts_and_every_control_method_can_be_made()
    {
        using var folder = new ConfigurationFolder();
        using var log = new TestLog(null, TimeProvider.System);
        var configuration = LoadedConfiguration.Load(folder.Write($"[BASE]\nrundir = {folder.Root}\nstatedir = {folder.Root}\nauditlog = {folder.Root}/audit.log\n").Main);
        var database = AhenkDatabase.Open(new StorageOptions { Path = configuration.Settings.DatabaseFile }, TimeProvider.System, NullLogger<AhenkDatabase>.Instance);
        using var host = AgentHost.Build(configuration, log.Log, database);

        Assert.NotEmpty(host.Services.GetServices<IHostedService>());
        Assert.Contains("events", host.Services.GetRequiredService<ControlMethods>().Names);
    }
}
