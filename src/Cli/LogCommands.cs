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
        var file = new Option<string>("--config") { Description = "The main configuration file.", DefaultValueFactory = _ => ConfigurationFiles.DefaultPath };
        var count = new Option<int>("--lines", "-n") { Description = "How many of the last lines.", DefaultValueFactory = _ => 20 };
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on with what is added, until it is interrupted." };
        var audit = new Option<bool>("--audit") { Description = "The audit log instead." };
        var command = new Command("log", "Shows the end of the log.") { file, count, follow, audit, Level() };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var key = parsed.GetValue(audit) ? ConfigurationKeys.AuditLog : ConfigurationKeys.LogFile;
            try
            {
                var files = ConfigurationFiles.Read(parsed.GetValue(file)!);
                foreach (var problem in files.Problems)
                {
                    await Console.Error.WriteLineAsync(problem.Message);
                }

                var tail = new LogTail(new ConfigurationValues(files).Text(key));
                await tail.WriteLastAsync(Console.Out, Math.Clamp(parsed.GetValue(count), 0, MostLines), cancellationToken);
                if (parsed.GetValue(follow))
                {
                    await tail.FollowAsync(Console.Out, cancellationToken);
                }

                return ExitCodes.Success;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ConfigurationException)
            {
                throw new ControlFailure(ExitCodes.Refused, $"The log cannot be read: {failure.Message}");
            }
        });
        return command;
    }

    private static Command Level()
    {
        var level = new Argument<string?>("level") { Description = "debug, info, warning or error; without: tells it.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("level", "Tells or sets what the daemon logs, until its configuration is read again.") { level };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var answer = await ControlClient.CallAsync(
                parsed.GetValue(CommandOptions.Socket)!,
                "log_level",
                parsed.GetValue(level) is { } word ? new JsonObject { ["level"] = word } : [],
                cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(answer) : Rendering.OneLine(answer!, "level"));
            return ExitCodes.Success;
        });
        return command;
    }
}
