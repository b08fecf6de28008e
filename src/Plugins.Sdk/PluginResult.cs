using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk;

/// <summary>How a command ended; becomes the TASK_ or POLICY_ twin on the wire (LP 3.4, 3.6).</summary>
public enum PluginCode
{
    /// <summary>Done.</summary>
    Processed,

    /// <summary>Done, with something an administrator should look at. The console shows no notice of it.</summary>
    Warning,

    /// <summary>Not done.</summary>
    Error,

    /// <summary>Ended because it took too long. The console shows no notice of it: <see cref="Error"/> is better heard.</summary>
    Timeout,

    /// <summary>Ended by force.</summary>
    Killed,

    /// <summary>It goes on; the plugin itself sends the final answer later. For plugins of the original agent.</summary>
    Processing,
}

/// <summary>Which part of a text that is too long for one message is kept.</summary>
public enum KeptPart
{
    /// <summary>The beginning.</summary>
    Start,

    /// <summary>The end, as for the output of a script: the last lines say how it ended.</summary>
    End,
}

/// <summary>What a file that is a result holds (LP 3.4). The server takes these and no others.</summary>
public enum ResultFileType
{
    /// <summary>Text.</summary>
    TextPlain,

    /// <summary>HTML.</summary>
    TextHtml,

    /// <summary>A PNG image.</summary>
    ImagePng,

    /// <summary>A JPEG image.</summary>
    ImageJpeg,

    /// <summary>A PDF document.</summary>
    ApplicationPdf,

    /// <summary>A Word document.</summary>
    ApplicationMsWord,

    /// <summary>A spreadsheet.</summary>
    ApplicationVndMsExcel,
}

/// <summary>
/// A file that is the result: the agent uploads it under its MD5 sum before it answers (PL 0.2). Only for tasks that bring a file server; an empty
/// file or a failed upload becomes TASK_ERROR.
/// </summary>
/// <param name="Path">The local file. The agent removes it when it lies in the private directory of the run.</param>
/// <param name="Type">What it holds.</param>
public sealed record ResultFile(string Path, ResultFileType Type);

/// <summary>A mail that Lider is asked to note with the result (PL 0.2).</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Content">Its text.</param>
public sealed record ResultMail(string Subject, string Content);

/// <summary>What a command answers.</summary>
/// <param name="Code">How it ended.</param>
/// <param name="Message">One sentence for the administrator.</param>
/// <param name="Data">The <c>responseData</c> object (LP 3.4), or <see langword="null"/>.</param>
public sealed record PluginResult(PluginCode Code, string Message, JsonObject? Data = null)
{
    /// <summary>What is kept of a text in <see cref="Data"/> that has to be cut to fit one stanza. Default: the start.</summary>
    public KeptPart Keep { get; init; } = KeptPart.Start;

    /// <summary>A file in place of <see cref="Data"/>.</summary>
    public ResultFile? File { get; init; }

    /// <summary>A mail, added to <see cref="Data"/>.</summary>
    public ResultMail? Mail { get; init; }

    /// <summary>
    /// What is done once Lider has the answer, or after half a minute when Lider cannot be reached: for what ends the agent or its connection
    /// (reboot, shutdown, a new name, leaving the directory). The plugin's next item waits for it.
    /// </summary>
    public Func<CancellationToken, Task>? AfterAnswer { get; init; }

    /// <summary>The command did what it was asked.</summary>
    public static PluginResult Processed(string message, JsonObject? data = null) => new(PluginCode.Processed, message, data);

    /// <summary>The command did what it was asked, but something should be looked at.</summary>
    public static PluginResult Warning(string message, JsonObject? data = null) => new(PluginCode.Warning, message, data);

    /// <summary>The command did not do what it was asked.</summary>
    public static PluginResult Error(string message, JsonObject? data = null) => new(PluginCode.Error, message, data);

    /// <summary>The result is a file.</summary>
    public static PluginResult FromFile(string message, string path, ResultFileType type) =>
        new(PluginCode.Processed, message) { File = new ResultFile(path, type) };
}
