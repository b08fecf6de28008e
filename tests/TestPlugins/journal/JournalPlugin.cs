using System.Globalization;
using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.TestPlugins.Journal;

/// <summary>
/// A plugin for tests of logins and policies. It notes every mode and every profile in the file <c>journal/PLUGIN</c> beside the plugin directory, a line each:
/// plugin, what, user, time, text. A profile leaves a file <c>applied/PLUGIN-USER</c> there, which the safe mode takes away.
/// </summary>
public sealed class JournalPlugin : IPlugin
{
    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands => [];

    /// <inheritdoc/>
    public PluginPolicy? Policy { get; } = new(Apply);

    /// <inheritdoc/>
    public IReadOnlyDictionary<PluginMode, ModeHandler> Modes { get; } = new Dictionary<PluginMode, ModeHandler>
    {
        [PluginMode.Safe] = Undo,
        [PluginMode.Login] = (context, _) => Note(context, "login"),
        [PluginMode.Logout] = (context, _) => Note(context, "logout"),
    };

    private static Task<PluginResult> Apply(PluginContext context, CancellationToken cancellationToken)
    {
        if (context.Parameters.GetString("fail") is { } failure)
        {
            return Task.FromResult(PluginResult.Error(failure));
        }

        var text = context.Parameters.GetString("text") ?? "";

        // Noted first: what is applied and not noted would go unseen, what is noted and not applied would not.
        var run = $"{text} {Guid.NewGuid():N}";
        Append(context, "policy", run);
        Directory.CreateDirectory(Path.GetDirectoryName(Applied(context))!);
        File.WriteAllText(Applied(context), text);
        return Task.FromResult(PluginResult.Processed(run));
    }

    private static Task Undo(PluginContext context, CancellationToken cancellationToken)
    {
        Append(context, "safe", "");
        if (Path.Exists(Applied(context)))
        {
            File.Delete(Applied(context));
        }

        return Task.CompletedTask;
    }

    private static Task Note(PluginContext context, string what)
    {
        Append(context, what, "");
        return Task.CompletedTask;
    }

    /// <summary>One write, so that the line is whole even when the process is killed; a file for each plugin, for plugins work beside each other.</summary>
    private static void Append(PluginContext context, string what, string text)
    {
        var time = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        var folder = Directory.CreateDirectory(Path.Combine(Folder(context), "journal")).FullName;
        using var file = new FileStream(Path.Combine(folder, Name(context)), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
        file.Write(Encoding.UTF8.GetBytes($"{Name(context)}\t{what}\t{context.UserName ?? "-"}\t{time}\t{text}\n"));
    }

    private static string Applied(PluginContext context) => Path.Combine(Folder(context), "applied", $"{Name(context)}-{context.UserName ?? "machine"}");

    private static string Name(PluginContext context) => Path.GetFileName(Path.TrimEndingDirectorySeparator(context.PluginFolder));

    private static string Folder(PluginContext context) => Path.GetFullPath(Path.Combine(context.PluginFolder, "..", ".."));
}
