using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>The end of a registration, and doubts about it.</summary>
internal static class RegistrationCommands
{
    public static IEnumerable<Command> Create() => [Unregister(), Adopt(), Clean()];

    private static Command Unregister()
    {
        var user = new Argument<string?>("user")
        {
            Description = Words.Say(
                "A directory user who may register machines; asked for when it is left out.", "Bilgisayar kaydedebilen bir dizin kullanıcısı; verilmezse sorulur."),
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("unregister", Words.Say(
            "Removes this machine from Lider. The user's password is asked for, or read from standard input.",
            "Bu bilgisayarı Lider'den çıkarır. Kullanıcının parolası sorulur ya da standart girdiden okunur.")) { user };
        command.SetAction((parsed, cancellationToken) =>
        {
            if ((parsed.GetValue(user) ?? ReadUser()) is not { Length: > 0 } name)
            {
                throw new ControlFailure(ExitCodes.Usage, Words.Say("No user was given.", "Kullanıcı verilmedi."));
            }

            if (PasswordPrompt.Read(Words.Say($"Password of {name}: ", $"{name} kullanıcısının parolası: ")) is not { Length: > 0 } password)
            {
                throw new ControlFailure(ExitCodes.Usage, Words.Say("No password was given.", "Parola verilmedi."));
            }

            return Ask(parsed, "unregister", new JsonObject { ["user"] = name, ["password"] = password }, cancellationToken);
        });
        return command;
    }

    private static Command Adopt()
    {
        var command = new Command("adopt", Words.Say(
            "Says that this is the machine that was registered although its parts have changed, so that it connects again.",
            "Parçaları değişmiş olsa da bunun kaydedilen bilgisayar olduğunu bildirir; böylece yeniden bağlanır."));
        command.SetAction((parsed, cancellationToken) => Ask(parsed, "adopt", [], cancellationToken));
        return command;
    }

    private static Command Clean()
    {
        var file = CommandOptions.Configuration();
        var yes = new Option<bool>("--yes", "-y") { Description = Words.Say("Do not ask.", "Sormadan yapar.") };
        var command = new Command("clean", Words.Say(
            "Forgets this machine's identity and all state, and keeps a copy. The daemon must be stopped.",
            "Bu bilgisayarın kimliğini ve bütün durumunu siler, bir kopyasını saklar. Hizmet durdurulmuş olmalıdır.")) { file, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(yes))
            {
                Confirm();
            }

            // What else it ends with is meant for whoever starts services.
            var (code, output) = await DaemonProgram.RunAsync("clean", parsed.GetValue(file)!, ["--yes"], cancellationToken);
            var message = DaemonProgram.Reason(code, output);
            return code == ExitCodes.Success
                ? Answer.Write(parsed, new JsonObject { ["succeeded"] = true, ["message"] = message }, () => message)
                : throw new ControlFailure(ExitCodes.Refused, message);
        });
        return command;
    }

    /// <exception cref="ControlFailure">It is not wanted, or nobody is there to ask.</exception>
    private static void Confirm()
    {
        if (Console.IsInputRedirected)
        {
            throw new ControlFailure(ExitCodes.Usage, Words.Say(
                "This forgets the machine's identity and all state; without a terminal to ask on, only --yes says that this is wanted.",
                "Bu, bilgisayarın kimliğini ve bütün durumunu siler; soracak bir terminal yokken bunun istendiğini yalnızca --yes bildirir."));
        }

        Console.Error.Write(Words.Say(
            "Forget this machine's identity, tasks, policies and outbox? Type 'yes': ",
            "Bu bilgisayarın kimliği, görevleri, politikaları ve giden kutusu silinsin mi? 'evet' yazın: "));
        if (Console.ReadLine()?.Trim() != Words.YesOrNo(true))
        {
            throw new ControlFailure(ExitCodes.Usage, Words.Say("Nothing was changed.", "Hiçbir şey değiştirilmedi."));
        }
    }

    /// <summary>Without a terminal it is the line before the password.</summary>
    private static string? ReadUser()
    {
        if (!Console.IsInputRedirected)
        {
            Console.Error.Write(Words.Say("Directory user: ", "Dizin kullanıcısı: "));
        }

        return Console.In.ReadLine()?.Trim();
    }

    private static Task<int> Ask(ParseResult parsed, string method, JsonObject parameters, CancellationToken cancellationToken) => Answer.Ask(
        parsed,
        method,
        parameters,
        answer => Rendering.Lines(answer, "message"),
        cancellationToken,
        answer => answer["succeeded"]?.GetValue<bool>() == true ? ExitCodes.Success : ExitCodes.Refused);
}
