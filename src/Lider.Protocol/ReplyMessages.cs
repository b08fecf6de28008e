using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol;

/// <summary>LOGIN_RESPONSE: the user who logged in may administer this machine. No message comes for others (LP 2.7).</summary>
public sealed record LoginResponseMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "LOGIN_RESPONSE";

    /// <summary>The login name.</summary>
    public required string UserName { get; init; }

    /// <summary>Always empty so far.</summary>
    public required JsonObject ParameterMap { get; init; }

    private protected override string Subject => InboundParser.Quote(UserName);
}

/// <summary>INSTALL_PLUGIN: the old server's answer to MISSING_PLUGIN when it has the plugin (LP 2.8).</summary>
public sealed record InstallPluginMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "INSTALL_PLUGIN";

    /// <summary>The plugin.</summary>
    public required string PluginName { get; init; }

    /// <summary>Its version.</summary>
    public string? PluginVersion { get; init; }

    /// <summary>Where the package lies: <see cref="FileServer.Path"/> or <see cref="FileServer.Url"/> name the file itself.</summary>
    public required FileServer Source { get; init; }

    /// <summary>The package's MD5 sum as hex; no known server sends one.</summary>
    public string? Md5 { get; init; }

    private protected override string Subject => InboundParser.Quote(PluginName);
}

/// <summary>PLUGIN_NOT_FOUND: the old server's answer to MISSING_PLUGIN when it has no such plugin (LP 2.8).</summary>
public sealed record PluginNotFoundMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "PLUGIN_NOT_FOUND";

    /// <summary>The plugin.</summary>
    public required string PluginName { get; init; }

    /// <summary>Its version.</summary>
    public string? PluginVersion { get; init; }

    private protected override string Subject => InboundParser.Quote(PluginName);
}

/// <summary>RESPONSE_AGREEMENT: the old server's answer to REQUEST_AGREEMENT (LP 2.8, 7).</summary>
public sealed record ResponseAgreementMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "RESPONSE_AGREEMENT";

    /// <summary>Where the text lies: <see cref="FileServer.Path"/> or <see cref="FileServer.Url"/> name the file itself.</summary>
    public required FileServer Source { get; init; }
}

/// <summary>LOGIN_RESPONSE as it comes.</summary>
internal sealed class LoginResponseWire
{
    public string? UserName { get; init; }

    public JsonObject? ParameterMap { get; init; }

    public LiderDate? Timestamp { get; init; }

    public LiderInbound ToMessage() => string.IsNullOrWhiteSpace(UserName)
        ? InboundParser.Invalid(LoginResponseMessage.TypeName, "userName is missing")
        : new LoginResponseMessage { UserName = UserName, ParameterMap = ParameterMap ?? [], Timestamp = Timestamp };
}

/// <summary>The old server's replies as they come; none has more than these fields.</summary>
internal sealed class PluginReplyWire
{
    public string? PluginName { get; init; }

    public string? PluginVersion { get; init; }

    public string? Protocol { get; init; }

    public JsonObject? ParameterMap { get; init; }

    public LiderDate? Timestamp { get; init; }

    public LiderInbound ToInstallPlugin() => string.IsNullOrWhiteSpace(PluginName)
        ? InboundParser.Invalid(InstallPluginMessage.TypeName, "pluginName is missing")
        : new InstallPluginMessage
        {
            PluginName = PluginName,
            PluginVersion = PluginVersion,
            Source = FileServer.From(Protocol, ParameterMap),
            Md5 = ParameterMap?["md5"] is JsonValue md5 ? md5.ToString() : null,
            Timestamp = Timestamp,
        };

    public LiderInbound ToPluginNotFound() => string.IsNullOrWhiteSpace(PluginName)
        ? InboundParser.Invalid(PluginNotFoundMessage.TypeName, "pluginName is missing")
        : new PluginNotFoundMessage { PluginName = PluginName, PluginVersion = PluginVersion, Timestamp = Timestamp };

    public LiderInbound ToResponseAgreement() =>
        new ResponseAgreementMessage { Source = FileServer.From(Protocol, ParameterMap), Timestamp = Timestamp };
}
