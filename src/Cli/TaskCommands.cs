using System.CommandLine;
using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Tasks and their schedules.</summary>
internal static class TaskCommands
{
    public static IEnumerable<Command> Create() => [Tasks(), Schedule()];

    private static Command Tasks()
    {
        var limit = CommandOptions.Limit(Words.Say("How many of the newest tasks.", "En yeni görevlerden kaçı."));
        var description = Words.Say("Lists the newest tasks.", "En yeni görevleri listeler.");
        var list = new Command("list", description) { limit };
        var command = new Command("tasks", description) { limit, list, Show(), TaskRun.Create(), Cancel() };
        foreach (var way in (Command[])[command, list])
        {
            way.SetAction((parsed, cancellationToken) => Answer.Ask(
                parsed, "tasks", new JsonObject { ["limit"] = parsed.GetValue(limit) }, answer => Rendering.Tasks(answer.AsArray()), cancellationToken));
        }

        return command;
    }

    private static Command Show()
    {
        var id = new Argument<long>("id") { Description = Words.Say("The task's number.", "Görevin numarası.") };
        var command = new Command("show", Words.Say("Shows all that is stored of a task, without secrets.", "Bir görev hakkında saklanan her şeyi gizli bilgiler olmadan gösterir.")) { id };
        command.SetAction((parsed, cancellationToken) =>
            Answer.Ask(parsed, "task", new JsonObject { ["id"] = parsed.GetValue(id) }, TaskRendering.Details, cancellationToken));
        return command;
    }

    private static Command Cancel()
    {
        var id = new Argument<string>("id") { Description = Words.Say("The task's number, or local-NUMBER.", "Görevin numarası ya da local-NUMARA.") };
        var command = new Command("cancel", Words.Say(
            "Cancels a task: what waits is not run, what runs is ended, what is scheduled is taken off. Lider is told TASK_KILLED.",
            "Bir görevi iptal eder: bekleyen çalıştırılmaz, çalışan sonlandırılır, zamanlanan kaldırılır. Lider'e TASK_KILLED bildirilir.")) { id };
        command.SetAction((parsed, cancellationToken) => Answer.Ask(
            parsed,
            "task_cancel",
            new JsonObject { ["id"] = parsed.GetValue(id) },
            TaskRendering.Cancelled,
            cancellationToken,
            answer => Rendering.OneLine(answer, "outcome") is "cancelled" or "ending" ? ExitCodes.Success : ExitCodes.Refused));
        return command;
    }

    private static Command Schedule()
    {
        var limit = CommandOptions.Limit(Words.Say("How many of those that run next.", "Önce çalışacaklardan kaçı."));
        var command = new Command("schedule", Words.Say(
            "Lists the scheduled tasks, what runs next first, and how each ran last.", "Zamanlanmış görevleri, önce çalışacaktan başlayarak, son sonuçlarıyla listeler.")) { limit };
        command.SetAction((parsed, cancellationToken) => Answer.Ask(
            parsed, "schedule", new JsonObject { ["limit"] = parsed.GetValue(limit) }, answer => Rendering.Schedules(answer.AsArray()), cancellationToken));
        return command;
    }
}
