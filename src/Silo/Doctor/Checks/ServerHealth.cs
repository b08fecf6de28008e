using Ahenk.Gateway.Xmpp;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>The steps to the XMPP server, gone by one probe.</summary>
internal abstract class ServerHealth(Lazy<ServerProbe>? probe) : IHealthCheck
{
    public abstract int Number { get; }

    public abstract string Name { get; }

    public bool IsForEverybody => true;

    public async Task<Finding> CheckAsync(CancellationToken cancellationToken) => probe is null
        ? Finding.Skipped("Without a usable configuration this is not known (check 1).")
        : await GoAsync(probe.Value) is { } step ? Judge(step)
        : Finding.Skipped("The step before it has failed.");

    protected abstract Task<ProbedStep?> GoAsync(ServerProbe server);

    internal virtual Finding Judge(ProbedStep step) => step.Problem is { } problem ? Finding.Broken(step.Found, problem) : Finding.Ok(step.Found);
}

/// <summary>Whether the server's name can be looked up.</summary>
internal sealed class DnsHealth(Lazy<ServerProbe>? probe) : ServerHealth(probe)
{
    public override int Number => 6;

    public override string Name => "name resolution";

    protected override async Task<ProbedStep?> GoAsync(ServerProbe server) => await server.ResolveAsync();
}

/// <summary>Whether the server takes connections.</summary>
internal sealed class TcpHealth(Lazy<ServerProbe>? probe) : ServerHealth(probe)
{
    public override int Number => 7;

    public override string Name => "connection";

    protected override Task<ProbedStep?> GoAsync(ServerProbe server) => server.ConnectAsync();
}

/// <summary>Whether TLS can be negotiated, and for how long yet.</summary>
internal sealed class TlsHealth(Lazy<ServerProbe>? probe, TimeProvider time) : ServerHealth(probe)
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public override int Number => 8;

    public override string Name => "TLS and certificate";

    protected override Task<ProbedStep?> GoAsync(ServerProbe server) => server.NegotiateAsync();

    internal override Finding Judge(ProbedStep step) =>
        step is { Problem: null, ValidUntil: { } end } && end - time.GetUtcNow() < Soon
            ? Finding.Warning($"{step.Found} That is in {Math.Max(0, (end - time.GetUtcNow()).TotalDays):0} days.", "Renew the server's certificate: with an expired one no agent connects.")
        : step is { Problem: null, IsUnprotected: true }
            ? Finding.Warning(step.Found, "Set [CONNECTION] use_tls = required, with tls_ca_file or tls_certificate_sha256 for a server whose certificate is its own.")
        : base.Judge(step);
}
