using System.Net;
using Ahenk.Grains.Interfaces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace Ahenk.Dashboard;

/// <summary>Serves the dashboard on 127.0.0.1, behind <see cref="DashboardGuard"/>. Where that is not possible the agent works without it.</summary>
internal sealed partial class DashboardServer(
    IServiceProvider silo, IReadOnlyList<Type> shared, DashboardAccess access, LogSecrets secrets, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private const int MostConnections = 32;
    private const int MostRequestLine = 2048;

    private readonly ILogger<DashboardServer> _logger = loggers.CreateLogger<DashboardServer>();
    private WebApplication? _application;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var guard = new DashboardGuard();
        secrets.Register(guard.Token);
        try
        {
            var application = _application = Build(guard);
            await application.StartAsync(cancellationToken);
            var address = application.Urls.Single();
            access.Opened($"{address}/?token={guard.Token}");
            LogListens(address);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Most often somebody else has the port; whatever it is, the agent is not to end for it.
            access.Failed(
                $"The dashboard could not be opened on 127.0.0.1, port {access.Port}: {failure.Message} Set another [DIAGNOSTICS] dashboard_port, or 0 for a free one, and restart the agent.");
            LogNotOpened(failure, access.Problem!);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _application?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is { } application)
        {
            await application.DisposeAsync();
        }
    }

    private WebApplication Build(DashboardGuard guard)
    {
        // Empty: no files, environment or command line are read, and nothing is served but what follows.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Limit);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(silo.GetRequiredService<IOptions<DashboardOptions>>());
        foreach (var type in shared)
        {
            // As they are: the silo made them, and disposes of them.
            builder.Services.AddSingleton(type, silo.GetRequiredService(type));
        }

        var application = builder.Build();
        application.Use(guard.InvokeAsync);
        application.UseRouting();
        application.MapOrleansDashboard();
        return application;
    }

    private void Limit(KestrelServerOptions kestrel)
    {
        kestrel.Listen(IPAddress.Loopback, access.Port, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestLineSize = MostRequestLine;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    }

    [LoggerMessage(4030, LogLevel.Warning, "[DASHBOARD] The dashboard listens at {Address}; 'ahenk dashboard' gives root the address with the token. Switch it off when it is not needed")]
    private partial void LogListens(string address);

    [LoggerMessage(4031, LogLevel.Error, "[DASHBOARD] {Problem}")]
    private partial void LogNotOpened(Exception failure, string problem);

    /// <summary>Signals are the daemon's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
