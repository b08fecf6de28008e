using System.CommandLine;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary><c>ahenk log</c>.</summary>
internal static class LogCommands
{
    private const int MostLines = 100_000;

    /// <summary>The command with all its words.</summary>
    public static Command Create()
    {
        var file = CommandOptions.Configuration();
        var count = new Option<int>("--lines", "-n") { Description = Words.Say("How many of the last lines.", "Son satırlardan kaçı."), DefaultValueFactory = _ => 20 };
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = Words.Say("Goes on with what is added, until it is interrupted.", "Kesilinceye dek eklenenlerle sürer."),
        };
        var audit = new Option<bool>("--audit") { Description = Words.Say("The audit log instead.", "Onun yerine denetim günlüğü.") };
        var command = new Command("log", Words.Say(
            "Shows the end of the log. With --json each line is an object.", "Günlüğün sonunu gösterir. --json ile her satır bir nesnedir.")) { file, count, follow, audit, Level() };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            // The audit log's lines are objects already.
            await using var lines = parsed.GetValue(CommandOptions.AsJson) && !parsed.GetValue(audit) ? new JsonLines(Console.Out) : null;
            var output = lines ?? Console.Out;
            try
            {
                var tail = new LogTail(PathOf(parsed.GetValue(file)!, parsed.GetValue(audit)));
                await tail.WriteLastAsync(output, Math.Clamp(parsed.GetValue(count), 0, MostLines), cancellationToken);
                if (parsed.GetValue(follow))
                {
                    await tail.FollowAsync(output, cancellationToken);
                }

                return ExitCodes.Success;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ConfigurationException)
            {
                throw new ControlFailure(ExitCodes.Refused, Words.Say($"The log cannot be read: {failure.Message}", $"Günlük okunamıyor: {failure.Message}"));
            }
        });
        return command;
    }

    private static string PathOf(string configuration, bool isAudit)
    {
        var files = ConfigurationFiles.Read(configuration);
        foreach (var problem in files.Problems)
        {
            Console.Error.WriteLine(problem.Message);
        }

        return new ConfigurationValues(files).Text(isAudit ? ConfigurationKeys.AuditLog : ConfigurationKeys.LogFile);
    }

    private static Command Level()
    {
        var level = new Argument<string?>("level")
        {
            Description = Words.Say("debug, info, warning or error; without: tells it.", "debug, info, warning ya da error; verilmezse söylenir."),
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("level", Words.Say(
            "Tells or sets what the daemon logs, until its configuration is read again.",
            "Hizmetin neleri günlüğe yazdığını söyler ya da yapılandırma yeniden okununcaya dek değiştirir.")) { level };
        command.SetAction((parsed, cancellationToken) => Answer.Ask(
            parsed,
            "log_level",
            parsed.GetValue(level) is { } word ? new JsonObject { ["level"] = word } : [],
            answer => Rendering.OneLine(answer, "level"),
            cancellationToken));
        return command;
    }
}
