using Ahenk.Configuration;
using Keys = Ahenk.Configuration.ConfigurationKeys;

namespace Ahenk.Silo.Diagnostics;

/// <summary>What can be seen of the agent from outside. Off where nothing is said.</summary>
public sealed record DiagnosticsOptions
{
    /// <summary>Whether the dashboard is served. <c>[DIAGNOSTICS] dashboard</c>.</summary>
    public required bool Dashboard { get; init; }

    /// <summary>Its port on 127.0.0.1; 0: a free one. <c>[DIAGNOSTICS] dashboard_port</c>.</summary>
    public required int DashboardPort { get; init; }

    /// <summary>Where metrics are written. <c>[DIAGNOSTICS] metrics_file</c>.</summary>
    public required string? MetricsFile { get; init; }

    /// <summary>How often metrics go out. <c>[DIAGNOSTICS] metrics_interval</c>.</summary>
    public required TimeSpan MetricsInterval { get; init; }

    /// <summary>Whether Orleans' metrics go along. <c>[DIAGNOSTICS] metrics_orleans</c>.</summary>
    public required bool MetricsOfOrleans { get; init; }

    /// <summary>Where metrics are sent, with its path. <c>[DIAGNOSTICS] otlp_endpoint</c>.</summary>
    public required Uri? OtlpEndpoint { get; init; }

    /// <summary>What is sent along; a secret. <c>[DIAGNOSTICS] otlp_headers</c>.</summary>
    public required string? OtlpHeaders { get; init; }

    /// <summary>What must not be logged of them.</summary>
    internal IEnumerable<string> Secrets => SecretText.OfHeaders(OtlpHeaders);

    /// <summary>Makes options of the values that count.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed.</exception>
    internal static DiagnosticsOptions Read(ConfigurationValues values) => new()
    {
        Dashboard = values.Word(Keys.Dashboard) == "on",
        DashboardPort = values.Number(Keys.DashboardPort),
        MetricsFile = values.Optional(Keys.MetricsFile),
        MetricsInterval = TimeSpan.FromSeconds(values.Number(Keys.MetricsInterval)),
        MetricsOfOrleans = values.Word(Keys.MetricsOfOrleans) == "on",
        OtlpEndpoint = values.Optional(Keys.OtlpEndpoint) is { } endpoint ? WithPath(new Uri(endpoint)) : null,
        OtlpHeaders = values.Optional(Keys.OtlpHeaders),
    };

    /// <summary>A collector's address alone means where it takes metrics (OTLP, "Endpoint URLs for OTLP/HTTP").</summary>
    private static Uri WithPath(Uri endpoint) => endpoint.AbsolutePath == "/" ? new Uri(endpoint, "/v1/metrics") : endpoint;
}
