using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary><c>ahenk version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The command's own version is worth telling without the daemon's.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var command = new Command("version", Words.Say(
            "Shows the versions of this command, the daemon, the protocol between them and the runtime.",
            "Bu komutun, hizmetin, aralarındaki protokolün ve çalışma ortamının sürümlerini gösterir."));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var versions = Of(await StatusAsync(parsed, cancellationToken));
            return Answer.Write(parsed, versions, () => Text(versions));
        });
        return command;
    }

    /// <summary>The versions.</summary>
    /// <param name="status">What the daemon tells; what it does not tell is null.</param>
    public static JsonObject Of(JsonNode? status) => new()
    {
        ["command"] = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        ["command_runtime"] = RuntimeInformation.FrameworkDescription,
        ["daemon"] = status?["version"]?.DeepClone(),
        ["daemon_runtime"] = status?["runtime"]?.DeepClone(),
        ["protocol"] = status?["protocol"]?.DeepClone(),
    };

    private static async Task<JsonNode?> StatusAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            return await Answer.Call(parsed, "status", [], new Patience(Invocation.TimeOf(parsed), Limit), cancellationToken);
        }
        catch (ControlFailure)
        {
            // That the daemon is not there is an answer too.
            return null;
        }
    }

    private static string Text(JsonObject versions) => Rendering.Labelled(
    [
        (Words.Say("Command", "Komut"), $"{Rendering.OneLine(versions, "command")} ({Rendering.OneLine(versions, "command_runtime")})"),
        (Words.Say("Daemon", "Hizmet"), versions["daemon"] is null
            ? Words.Say("does not answer", "yanıt vermiyor")
            : $"{Rendering.OneLine(versions, "daemon")} ({Rendering.OneLine(versions, "daemon_runtime")})"),
        (Words.Say("Protocol", "Protokol"), Rendering.OneLine(versions, "protocol")),
    ]);
}
