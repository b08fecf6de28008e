using System.CommandLine;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary>What every command takes.</summary>
internal static class CommandOptions
{
    public const string DefaultSocket = "/run/ahenk/control.sock";

    public static Option<string> Socket { get; } = new("--socket")
    {
        Description = Words.Say("The daemon's control socket.", "Hizmetin denetim soketi."),
        DefaultValueFactory = _ => DefaultSocket,
        Recursive = true,
    };

    public static Option<bool> AsJson { get; } = new("--json") { Description = Words.Say("Answer as JSON.", "JSON olarak yanıtla."), Recursive = true };

    /// <summary>For commands that read the configuration themselves.</summary>
    public static Option<string> Configuration(bool recursive = false) => new("--config")
    {
        Description = Words.Say("The main configuration file.", "Ana yapılandırma dosyası."),
        DefaultValueFactory = _ => ConfigurationFiles.DefaultPath,
        Recursive = recursive,
    };

    /// <summary>For lists.</summary>
    public static Option<int> Limit(string description) => new("--limit") { Description = description, DefaultValueFactory = _ => 50 };
}
