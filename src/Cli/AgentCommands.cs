using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>The agent as a whole: how it is, and its registration.</summary>
internal static class AgentCommands
{
    public static IEnumerable<Command> Create() => [Register(), Status()];

    private static Command Register()
    {
        var host = new Argument<string>("host") { Description = Words.Say("The XMPP server of Lider.", "Lider'in XMPP sunucusu.") };
        var user = new Argument<string>("user") { Description = Words.Say("A directory user who may register machines.", "Bilgisayar kaydedebilen bir dizin kullanıcısı.") };
        var command = new Command("register", Words.Say(
            "Registers this machine with Lider. The user's password is asked for, or read from standard input.",
            "Bu bilgisayarı Lider'e kaydeder. Kullanıcının parolası sorulur ya da standart girdiden okunur.")) { host, user };
        command.SetAction((parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(user)!;
            var password = PasswordPrompt.Read(Words.Say($"Password of {name}: ", $"{name} kullanıcısının parolası: "));
            return string.IsNullOrEmpty(password)
                ? throw new ControlFailure(ExitCodes.Usage, Words.Say("No password was given.", "Parola verilmedi."))
                : Answer.Ask(
                    parsed,
                    "register",
                    new JsonObject { ["host"] = parsed.GetValue(host), ["user"] = name, ["password"] = password },
                    answer => Rendering.OneLine(answer, "message"),
                    cancellationToken,
                    answer => answer["succeeded"]?.GetValue<bool>() == true ? ExitCodes.Success : ExitCodes.Refused);
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", Words.Say(
            "Shows registration, connection, last error and queue lengths.", "Kaydı, bağlantıyı, son hatayı ve kuyrukların uzunluğunu gösterir."));
        command.SetAction((parsed, cancellationToken) => Answer.Ask(parsed, "status", [], Rendering.Status, cancellationToken));
        return command;
    }
}
