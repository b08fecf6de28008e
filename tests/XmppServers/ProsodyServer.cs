using System.Globalization;

namespace Ahenk.XmppServers;

/// <summary>Prosody (Debian's 0.12): ready in a tenth of a second, 15 MB.</summary>
public sealed class ProsodyServer(XmppServerOptions? options = null) : XmppTestServer(options ?? new XmppServerOptions())
{
    /// <inheritdoc/>
    public override string Product => "Prosody";

    /// <inheritdoc/>
    public override string LogFile => Path.Combine(Directory, "prosody.log");

    private protected override Task<OwnedProcess> LaunchAsync()
    {
        RequireProgram("prosody", "prosody");
        var configuration = Path.Combine(Directory, "prosody.cfg.lua");
        foreach (var module in (string[])["mod_auth_lider.lua", "mod_resumed_parser.lua"])
        {
            WriteFromResource(module, Path.Combine(Directory, "modules", module), new Dictionary<string, string>());
        }

        WriteFromResource("prosody.cfg.lua", configuration, new Dictionary<string, string>
        {
            ["LOG"] = LogFile,
            ["PORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["TLSPORT"] = DirectTlsPort?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["TLSMODULE"] = Options.OffersTls ? "\"tls\"," : "",
            ["DISABLED"] = string.Join(", ", Options.DisabledMechanisms().Select(mechanism => $"\"{mechanism}\"")),
            ["MAXSTANZA"] = Options.MaxStanzaBytes.ToString(CultureInfo.InvariantCulture),
        });
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, "data"));
        return OwnedProcess.StartAsync(["prosody", "-F", "--config", configuration], Directory, new Dictionary<string, string>());
    }
}
