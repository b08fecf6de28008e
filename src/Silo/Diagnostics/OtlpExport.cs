using Ahenk.Grains.Interfaces;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Ahenk.Silo.Diagnostics;

/// <summary>Sends metrics to a collector: OTLP, protobuf over HTTP.</summary>
internal sealed class OtlpExport : IDisposable
{
    private const int MostMilliseconds = 5_000;
    private const int MostSeries = 500;

    private readonly Exporter _exporter;
    private readonly MeterProvider _provider;
    private readonly Uri _endpoint;

    /// <summary>Listens from now on, and sends nothing yet.</summary>
    public OtlpExport(Uri endpoint, string? headers, string[] meters, AgentVersion version)
    {
        _endpoint = endpoint;
        _exporter = new Exporter(new OtlpExporterOptions
        {
            Endpoint = endpoint,
            Protocol = OtlpExportProtocol.HttpProtobuf,
            Headers = headers,
            TimeoutMilliseconds = MostMilliseconds,
        });
        var identity = ResourceBuilder.CreateEmpty()
            .AddService("ahenk", serviceVersion: version.Text, autoGenerateServiceInstanceId: false, serviceInstanceId: Environment.MachineName)
            .AddAttributes([new("host.name", Environment.MachineName)]);
        _provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(identity)
            .AddMeter(meters)
            .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MostSeries })
            .AddReader(new BaseExportingMetricReader(_exporter))
            .Build();
    }

    /// <summary>Sends what was counted.</summary>
    /// <exception cref="IOException">The collector does not take it.</exception>
    public void Send()
    {
        if (!_provider.ForceFlush(MostMilliseconds) || _exporter.HasFailed)
        {
            throw new IOException($"the collector does not take them. Is {_endpoint} right, and does it answer? Are [DIAGNOSTICS] otlp_headers what it wants?");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _provider.Dispose();

    /// <summary>Keeps how the last export went, which is told to nobody otherwise.</summary>
    private sealed class Exporter(OtlpExporterOptions options) : OtlpMetricExporter(options)
    {
        public bool HasFailed { get; private set; }

        public override ExportResult Export(in Batch<Metric> metrics)
        {
            var result = base.Export(metrics);
            HasFailed = result != ExportResult.Success;
            return result;
        }
    }
}
