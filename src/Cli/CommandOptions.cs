using System.CommandLine;

namespace Ahenk.Cli;

/// <summary>What every command takes.</summary>
internal static class CommandOptions
{
    public const string DefaultSocket = "/run/ahenk/control.sock";

    public static Option<string> Socket { get; } = new("--socket")
    {
        Description = "The daemon's control socket.",
        DefaultValueFactory = _ => DefaultSocket,
        Recursive = true,
    };

    public static Option<bool> AsJson { get; } = new("--json") { Description = "Answer as JSON.", Recursive = true };
}
