using Ahenk.Plugins.Sdk;

namespace Ahenk.FileTransfer;

/// <summary>The steps of a transfer, in their order.</summary>
internal enum TransferStep
{
    /// <summary>What Lider asked for, and the local file.</summary>
    Check,

    /// <summary>Name look-up, TCP, TLS or the beginning of SSH.</summary>
    Connect,

    /// <summary>Whether it is the server that it was before.</summary>
    HostKey,

    /// <summary>User and password, or key.</summary>
    LogIn,

    /// <summary>Finding or making the file on the server.</summary>
    Open,

    /// <summary>The bytes.</summary>
    Transfer,

    /// <summary>The whole file takes its name.</summary>
    Rename,
}

/// <summary>One transfer as a person would put it: what failures begin with.</summary>
/// <param name="What">For example <c>Fetching '/a/b' from the file server host:22</c>.</param>
internal sealed record Errand(string What)
{
    private const int ShownLength = 300;

    /// <summary>Says that a step failed.</summary>
    /// <param name="step">Which.</param>
    /// <param name="reason">Why, and what to do, as whole sentences without secrets.</param>
    /// <param name="cause">What was thrown.</param>
    public FileServerException Failed(TransferStep step, string reason, Exception? cause = null) =>
        new($"{What} failed at the step \"{Name(step)}\". {reason}", cause);

    /// <summary>Text of others, fit for a line: no control characters, not endless.</summary>
    public static string Show(string? text)
    {
        text ??= "";
        var shown = text.Length > ShownLength ? text.AsSpan(0, ShownLength) : text;
        return string.Create(shown.Length, shown, static (line, source) =>
        {
            for (var index = 0; index < source.Length; index++)
            {
                line[index] = char.IsControl(source[index]) || source[index] is '\u2028' or '\u2029' ? '?' : source[index];
            }
        }) + (text.Length > ShownLength ? "..." : "");
    }

    private static string Name(TransferStep step) => step switch
    {
        TransferStep.Check => "check",
        TransferStep.Connect => "connect",
        TransferStep.HostKey => "host key",
        TransferStep.LogIn => "log in",
        TransferStep.Open => "open",
        TransferStep.Transfer => "transfer",
        TransferStep.Rename => "rename",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };
}
