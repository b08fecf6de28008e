using System.Globalization;
using Ahenk.Configuration;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;
using Ahenk.Storage.Sqlite.Rescue;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether files that make whoever changes them root, or hold secrets, are root's alone.</summary>
internal sealed class PermissionHealth(Patient patient) : NeedsConfiguration(patient)
{
    private const UnixFileMode Write = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Any =
        Write | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public override int Number => 17;

    public override string Name => "permissions";

    protected override Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken)
    {
        var state = Path.GetDirectoryName(settings.DatabaseFile)!;
        var wrong = new List<string>();
        Look(wrong, Patient.ConfigurationFile, Any, "chmod 600");
        Look(wrong, state, Any, "chmod 700");
        Look(wrong, settings.DatabaseFile, Any, "chmod 600");
        Look(wrong, DatabaseFiles.GoodCopyOf(settings.DatabaseFile), Any, "chmod 600");
        Look(wrong, settings.RunDirectory, Write, "chmod 755");
        foreach (var folder in settings.PluginHost.Directories.Where(Directory.Exists))
        {
            Look(wrong, folder, Write, "chmod go-w");
            foreach (var plugin in Directory.EnumerateDirectories(folder))
            {
                Look(wrong, plugin, Write, "chmod -R go-w");
            }
        }

        // Everybody asks for the status there, and login hooks of other users may not be root's: a closed socket is a fault too.
        var socket = ControlSocket.PathIn(settings.RunDirectory);
        if (Patient.Daemon is not null && File.Exists(socket) && (File.GetUnixFileMode(socket) & UnixFileMode.OtherWrite) == 0)
        {
            wrong.Add($"{socket} cannot be used by all users, who may ask for the status there (restart the agent).");
        }

        return Task.FromResult(wrong.Count == 0
            ? Finding.Ok("Configuration, state, plugins and the control socket have the owners and modes they must have.")
            : Finding.Warning(string.Join(' ', wrong), "Find out who has changed them and what else, then give them the modes and owners that are named; all must belong to root."));
    }

    private static void Look(List<string> wrong, string path, UnixFileMode forbidden, string remedy)
    {
        if (!Path.Exists(path))
        {
            return;
        }

        using var handle = FileCalls.Open(path, FileCalls.PathOnly | FileCalls.CloseOnExec);
        if (handle.IsInvalid || FileCalls.Status(handle) is not { } status)
        {
            wrong.Add($"{path} cannot be looked at: {FileCalls.FailureText}.");
            return;
        }

        // Whoever owns it can change its mode and then what is in it.
        if (status.User != 0 && status.User != FileCalls.EffectiveUser())
        {
            wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{path} belongs to the user with the number {status.User} (chown root:root {path})."));
        }

        var mode = File.GetUnixFileMode(handle);
        if ((mode & forbidden) != 0)
        {
            wrong.Add($"{path} has mode {Convert.ToString((int)mode, 8)} ({remedy} {path}).");
        }
    }
}
