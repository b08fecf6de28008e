using System.CommandLine;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary><c>ahenk config</c>: all but <c>reload</c> read and write the files themselves, so they work without a daemon.</summary>
internal sealed class ConfigCommands
{
    private readonly Option<string> _file = CommandOptions.Configuration(recursive: true);

    private readonly Argument<string> _key = new("key") { Description = Words.Say("SECTION.KEY, or KEY where one section alone has it.", "BÖLÜM.ANAHTAR ya da yalnızca bir bölümde varsa ANAHTAR.") };

    private readonly Option<bool> _showSecrets = new("--show-secrets") { Description = Words.Say("Shows passwords; for root.", "Parolaları gösterir; root içindir.") };

    /// <summary>The command with all its words.</summary>
    public static Command Create() => new ConfigCommands().CreateAll();

    private Command CreateAll() => new("config", Words.Say("Shows, checks and changes the configuration.", "Yapılandırmayı gösterir, denetler ve değiştirir."))
    {
        _file, Check(), Get(), List(), Set(), Unset(), Reload(),
    };

    private Command Check() => Make("check", Words.Say(
        "Names everything that is wrong with the configuration. Ends with 0: it can be used; 1: it cannot.",
        "Yapılandırmada yanlış olan her şeyi söyler. Çıkış kodu 0: kullanılabilir; 1: kullanılamaz."), [], parsed =>
    {
        var files = ConfigurationFiles.Read(parsed.GetValue(_file)!);
        var problems = ConfigurationCheck.Run(files);
        return Answer.Write(
            parsed,
            ConfigRendering.Problems(files, problems),
            () => ConfigRendering.Text(files, problems),
            problems.Any(problem => problem.IsError) ? ExitCodes.Refused : ExitCodes.Success);
    });

    private Command Get() => Make("get", Words.Say("Shows a key's value and where it stands.", "Bir anahtarın değerini ve nerede durduğunu gösterir."), [_key, _showSecrets], parsed =>
    {
        var key = Find(parsed.GetValue(_key)!);
        var shown = ConfigRendering.Describe(key, Read(parsed), MayShow(parsed));
        return Answer.Write(parsed, shown, () => $"{key} = {shown["value"]} ({ConfigRendering.Source(shown)})");
    });

    private Command List() => Make("list", Words.Say("Shows all keys, their values and where those stand.", "Bütün anahtarları, değerlerini ve nerede durduklarını gösterir."), [_showSecrets], parsed =>
    {
        var (files, mayShow) = (Read(parsed), MayShow(parsed));
        var keys = new JsonArray([.. ConfigurationKeys.All.Select(key => (JsonNode)ConfigRendering.Describe(key, files, mayShow))]);
        return Answer.Write(parsed, keys, () => ConfigRendering.Table(keys));
    });

    private Command Set()
    {
        var text = new Argument<string?>("value")
        {
            Description = Words.Say(
                "The value; of a password it is asked for, or read from standard input.", "Değer; parolalarda sorulur ya da standart girdiden okunur."),
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Make("set", Words.Say("Sets a key in the file that decides on it.", "Bir anahtarı, geçerli olduğu dosyada değiştirir."), [_key, text], parsed =>
        {
            var key = Find(parsed.GetValue(_key)!);
            var given = parsed.GetValue(text);
            if (key.IsSecret && given is not null)
            {
                throw new ControlFailure(ExitCodes.Usage, Words.Say(
                    $"{key} is a secret, and every user of this machine can see command lines: leave it out here, it is asked for.",
                    $"{key} gizlidir ve komut satırlarını bu bilgisayarın bütün kullanıcıları görebilir: burada yazmayın, sorulur."));
            }

            var value = key.IsSecret ? PasswordPrompt.Read($"{key}: ") : given;
            if (string.IsNullOrEmpty(value))
            {
                throw new ControlFailure(ExitCodes.Usage, Words.Say(
                    $"No value was given. 'ahenk config unset {key.Section}.{key.Name}' brings the default back.",
                    $"Değer verilmedi. 'ahenk config unset {key.Section}.{key.Name}' varsayılanı geri getirir."));
            }

            if (!key.Allows(value))
            {
                throw new ControlFailure(ExitCodes.Usage, Words.Say(
                    $"{key} = {(key.IsSecret ? ConfigurationCheck.Masked : value)} is not allowed. Allowed: {key.Allowed}.",
                    $"{key} = {(key.IsSecret ? ConfigurationCheck.Masked : value)} olamaz. Olabilecek: {key.Allowed}."));
            }

            return Report(parsed, key, ConfigurationChange.Set(parsed.GetValue(_file)!, key, value));
        });
    }

    private Command Unset() => Make("unset", Words.Say("Takes a key out of all files, so that its default counts.", "Bir anahtarı bütün dosyalardan çıkarır; varsayılanı geçerli olur."), [_key], parsed =>
    {
        var key = Find(parsed.GetValue(_key)!);
        return Report(parsed, key, ConfigurationChange.Unset(parsed.GetValue(_file)!, key));
    });

    private static Command Reload()
    {
        var command = new Command("reload", Words.Say(
            "Has the daemon read its configuration anew, and tells what needs a restart.",
            "Hizmete yapılandırmasını yeniden okutur ve neyin yeniden başlatma gerektirdiğini söyler."));
        command.SetAction((parsed, cancellationToken) => Answer.Ask(
            parsed,
            "config_reload",
            [],
            ConfigRendering.Reload,
            cancellationToken,
            answer => answer["succeeded"]?.GetValue<bool>() == true ? ExitCodes.Success : ExitCodes.Refused));
        return command;
    }

    private static int Report(ParseResult parsed, ConfigurationKey key, IReadOnlyList<(string File, int? Line)> places)
    {
        var advice = places.Count == 0 ? Words.Say("It is not set anywhere.", "Hiçbir yerde ayarlanmamış.")
            : key.AppliesAtOnce ? Words.Say("It counts after 'ahenk config reload'.", "'ahenk config reload' sonrasında geçerli olur.")
            : Words.Say("It counts when the agent is started again.", "Ahenk yeniden başlatılınca geçerli olur.");
        var json = new JsonObject
        {
            ["section"] = key.Section,
            ["key"] = key.Name,
            ["files"] = new JsonArray([.. places.Select(place => JsonValue.Create(place.File))]),
            ["line"] = places is [{ Line: { } line }] ? line : null,
            ["needs_restart"] = places.Count > 0 && !key.AppliesAtOnce,
        };
        return Answer.Write(parsed, json, () => string.Join('\n', places
            .Select(place => place.Line is { } at
                ? Words.Say($"{key} stands in {place.File}, line {at}.", $"{key}: {place.File}, satır {at}.")
                : Words.Say($"{key} is taken out of {place.File}.", $"{key}, {place.File} dosyasından çıkarıldı."))
            .Append(advice)));
    }

    private ConfigurationFiles Read(ParseResult parsed)
    {
        var files = ConfigurationFiles.Read(parsed.GetValue(_file)!);
        foreach (var problem in files.Problems)
        {
            Console.Error.WriteLine(problem.Message);
        }

        return files.All.Count > 0 ? files : throw new ControlFailure(ExitCodes.Refused, Words.Say("There is no configuration that can be read.", "Okunabilen bir yapılandırma yok."));
    }

    private bool MayShow(ParseResult parsed) => parsed.GetValue(_showSecrets) &&
        (Environment.IsPrivilegedProcess ? true : throw new ControlFailure(ExitCodes.Usage, Words.Say("--show-secrets is for root.", "--show-secrets yalnızca root içindir.")));

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
                ExitCodes.Usage, Several(key, found)),
        };
    }

    private static string Several(string key, ConfigurationKey[] found)
    {
        var names = string.Join(", ", found.Select(candidate => $"{candidate.Section}.{candidate.Name}"));
        return Words.Say($"Several sections have {key}: {names}. Say which.", $"{key} birkaç bölümde var: {names}. Hangisi olduğunu belirtin.");
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
