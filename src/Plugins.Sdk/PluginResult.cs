using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk;

/// <summary>How a command ended; becomes the TASK_ or POLICY_ twin on the wire (LP 3.4, 3.6).</summary>
public enum PluginCode
{
    /// <summary>Done.</summary>
    Processed,

    /// <summary>Done, with something an administrator should look at.</summary>
    Warning,

    /// <summary>Not done.</summary>
    Error,
}

/// <summary>Which part of a text that is too long for one message is kept.</summary>
public enum KeptPart
{
    /// <summary>The beginning.</summary>
    Start,

    /// <summary>The end, as for the output of a script: the last lines say how it ended.</summary>
    End,
}

/// <summary>What a command answers.</summary>
/// <param name="Code">How it ended.</param>
/// <param name="Message">One sentence for the administrator.</param>
/// <param name="Data">The <c>responseData</c> object (LP 3.4), or <see langword="null"/>.</param>
public sealed record PluginResult(PluginCode Code, string Message, JsonObject? Data = null)
{
    /// <summary>What is kept of a text in <see cref="Data"/> that has to be cut to fit one stanza. Default: the start.</summary>
    public KeptPart Keep { get; init; } = KeptPart.Start;

    /// <summary>The command did what it was asked.</summary>
    public static PluginResult Processed(string message, JsonObject? data = null) => new(PluginCode.Processed, message, data);

    /// <summary>The command did not do what it was asked.</summary>
    public static PluginResult Error(string message, JsonObject? data = null) => new(PluginCode.Error, message, data);
}
