using System.CommandLine;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary><c>ahenk config</c>: all but <c>reload</c> read and write the files themselves, so they work without a daemon.</summary>
internal sealed class ConfigCommands
{
    private readonly Option<string> _file = new("--config")
    {
        Description = "The main configuration file.",
        DefaultValueFactory = _ => ConfigurationFiles.DefaultPath,
        Recursive = true,
    };

    private readonly Argument<string> _key = new("key") { Description = "SECTION.KEY, or KEY where one section alone has it." };

    private readonly Option<bool> _showSecrets = new("--show-secrets") { Description = "Shows passwords; for root." };

    /// <summary>The command with all its words.</summary>
    public static Command Create() => new ConfigCommands().CreateAll();

    private Command CreateAll() => new("config", "Shows, checks and changes the configuration.")
    {
        _file, Check(), Get(), List(), Set(), Unset(), Reload(),
    };

    private Command Check() => Make("check", "Names everything that is wrong with the configuration. Ends with 0: it can be used; 1: it cannot.", [], parsed =>
    {
        var files = ConfigurationFiles.Read(parsed.GetValue(_file)!);
        var problems = ConfigurationCheck.Run(files);
        Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(ConfigRendering.Problems(files, problems)) : ConfigRendering.Text(files, problems));
        return problems.Any(problem => problem.IsError) ? ExitCodes.Refused : ExitCodes.Success;
    });

    private Command Get() => Make("get", "Shows a key's value and where it stands.", [_key, _showSecrets], parsed =>
    {
        var key = Find(parsed.GetValue(_key)!);
        var shown = ConfigRendering.Describe(key, Read(parsed), MayShow(parsed));
        Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(shown) : $"{key} = {shown["value"]} ({ConfigRendering.Source(shown)})");
        return ExitCodes.Success;
    });

    private Command List() => Make("list", "Shows all keys, their values and where those stand.", [_showSecrets], parsed =>
    {
        var (files, mayShow) = (Read(parsed), MayShow(parsed));
        var keys = new JsonArray([.. ConfigurationKeys.All.Select(key => (JsonNode)ConfigRendering.Describe(key, files, mayShow))]);
        Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(keys) : ConfigRendering.Table(keys));
        return ExitCodes.Success;
    });

    private Command Set()
    {
        var text = new Argument<string?>("value")
        {
            Description = "The value; of a password it is asked for, or read from standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Make("set", "Sets a key in the file that decides on it.", [_key, text], parsed =>
        {
            var key = Find(parsed.GetValue(_key)!);
            var given = parsed.GetValue(text);
            if (key.IsSecret && given is not null)
            {
                throw new ControlFailure(ExitCodes.Usage, $"{key} is a secret, and every user of this machine can see command lines: leave it out here, it is asked for.");
            }

            var value = key.IsSecret ? PasswordPrompt.Read($"{key}: ") : given;
            if (string.IsNullOrEmpty(value))
            {
                throw new ControlFailure(ExitCodes.Usage, $"No value was given. 'ahenk config unset {key.Section}.{key.Name}' brings the default back.");
            }

            if (!key.Allows(value))
            {
                throw new ControlFailure(ExitCodes.Usage, $"{key} = {(key.IsSecret ? ConfigurationCheck.Masked : value)} is not allowed. Allowed: {key.Allowed}.");
            }

            return Report(parsed, key, ConfigurationChange.Set(parsed.GetValue(_file)!, key, value));
        });
    }

    private Command Unset() => Make("unset", "Takes a key out of all files, so that its default counts.", [_key], parsed =>
    {
        var key = Find(parsed.GetValue(_key)!);
        return Report(parsed, key, ConfigurationChange.Unset(parsed.GetValue(_file)!, key));
    });

    private static Command Reload()
    {
        var command = new Command("reload", "Has the daemon read its configuration anew, and tells what needs a restart.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var answer = await ControlClient.CallAsync(parsed.GetValue(CommandOptions.Socket)!, "config_reload", [], cancellationToken);
            Console.WriteLine(parsed.GetValue(CommandOptions.AsJson) ? Rendering.Json(answer) : ConfigRendering.Reload(answer!));
            return answer?["succeeded"]?.GetValue<bool>() == true ? ExitCodes.Success : ExitCodes.Refused;
        });
        return command;
    }

    private static int Report(ParseResult parsed, ConfigurationKey key, IReadOnlyList<(string File, int? Line)> places)
    {
        var advice = places.Count == 0 ? "It is not set anywhere."
            : key.AppliesAtOnce ? "It counts after 'ahenk config reload'."
            : "It counts when the agent is started again.";
        if (parsed.GetValue(CommandOptions.AsJson))
        {
            Console.WriteLine(Rendering.Json(new JsonObject
            {
                ["section"] = key.Section,
                ["key"] = key.Name,
                ["files"] = new JsonArray([.. places.Select(place => JsonValue.Create(place.File))]),
                ["line"] = places is [{ Line: { } line }] ? line : null,
                ["needs_restart"] = places.Count > 0 && !key.AppliesAtOnce,
            }));
            return ExitCodes.Success;
        }

        Console.WriteLine(string.Join('\n', places
            .Select(place => place.Line is { } at ? $"{key} stands in {place.File}, line {at}." : $"{key} is taken out of {place.File}.").Append(advice)));
        return ExitCodes.Success;
    }

    private ConfigurationFiles Read(ParseResult parsed)
    {
        var files = ConfigurationFiles.Read(parsed.GetValue(_file)!);
        foreach (var problem in files.Problems)
        {
            Console.Error.WriteLine(problem.Message);
        }

        return files.All.Count > 0 ? files : throw new ControlFailure(ExitCodes.Refused, "There is no configuration that can be read.");
    }

    private bool MayShow(ParseResult parsed) => parsed.GetValue(_showSecrets) &&
        (Environment.IsPrivilegedProcess ? true : throw new ControlFailure(ExitCodes.Usage, "--show-secrets is for root."));

    private static ConfigurationKey Find(string name)
    {
        var (section, key) = name.LastIndexOf('.') is >= 0 and var dot ? (name[..dot].Trim('[', ']'), name[(dot + 1)..]) : ("", name);
        ConfigurationKey[] found = [.. ConfigurationKeys.All.Where(candidate =>
            string.Equals(candidate.Name, key, StringComparison.OrdinalIgnoreCase) &&
            (section.Length == 0 || string.Equals(candidate.Section, section, StringComparison.OrdinalIgnoreCase)))];
        return found switch
        {
            [var one] => one,
            [] => throw new ControlFailure(ExitCodes.Usage, ConfigurationKeys.DescribeUnknown(section, key)),
            _ => throw new ControlFailure(
                ExitCodes.Usage, $"Several sections have {key}: {string.Join(", ", found.Select(candidate => $"{candidate.Section}.{candidate.Name}"))}. Say which."),
        };
    }

    private static Command Make(string word, string description, Symbol[] parts, Func<ParseResult, int> act)
    {
        var command = new Command(word, description);
        foreach (var part in parts)
        {
            if (part is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)part);
            }
        }

        command.SetAction(parsed =>
        {
            try
            {
                return act(parsed);
            }
            catch (ConfigurationException flaw)
            {
                throw new ControlFailure(ExitCodes.Refused, flaw.Message);
            }
        });
        return command;
    }
}
