using System.Globalization;
using System.Text;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Inventory;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Administrators;

/// <summary>
/// Administrators by way of polkit (LP 2.7): a file that names them in each of the directories that a polkit of this machine may read. Which of them it reads is
/// its own affair; the others do no harm. polkit sees a change by itself.
/// </summary>
public sealed partial class PolkitAdministrators : ILocalAdministrators, IDisposable
{
    /// <summary>polkitd runs as this user; some distributions give it the directory of rules.</summary>
    private const string Daemon = "polkitd";

    private readonly SemaphoreSlim _turn = new(1);
    private readonly string _root;
    private readonly MachineFiles _files;
    private readonly ILogger<PolkitAdministrators> _logger;

    /// <summary>Creates one.</summary>
    /// <param name="logger">Hears who has become an administrator.</param>
    public PolkitAdministrators(ILogger<PolkitAdministrators> logger)
        : this(logger, "/")
    {
    }

    /// <summary>As the other one, with another directory in place of <c>/</c>.</summary>
    internal PolkitAdministrators(ILogger<PolkitAdministrators> logger, string root)
    {
        _logger = logger;
        _root = root;
        _files = new MachineFiles(root);
    }

    /// <inheritdoc/>
    public async Task<string?> SetAsync(IReadOnlyCollection<string> users, CancellationToken cancellationToken)
    {
        // The order counts for nothing, and the same users shall make the same file.
        string[] sorted = [.. users.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // It waits for the disk.
            return await Task.Run(() => Set(sorted), CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private string? Set(string[] users)
    {
        var hindrances = new List<string>();
        string[] possible = [.. users.Where(user => LoginName.Parse(user) is not null && PolkitRules.CanName(user))];
        Refuse(users.Except(possible), "a user cannot have that name", hindrances);

        var hasRules = Write(PolkitRules.Directory, PolkitRules.Name, possible.Length == 0 ? null : PolkitRules.Make(possible), possible, hindrances);

        string[] plain = [.. possible.Where(PolkitConfiguration.CanName)];
        var hasConfiguration = Write(
            PolkitConfiguration.Directory, PolkitConfiguration.Name, plain.Length == 0 ? null : PolkitConfiguration.Make(_files, plain), plain, hindrances);
        if (hasConfiguration && !hasRules)
        {
            Refuse(possible.Except(plain), "the configuration of this old polkit cannot hold that name", hindrances);
            if (plain.Length > 0 && PolkitConfiguration.FindOverriding(_files) is { } other)
            {
                hindrances.Add(
                    $"'/{PolkitConfiguration.Directory}/{other}' has AdminIdentities too and the last word: rename it so that it comes before {PolkitConfiguration.Name}.");
            }
        }

        if (!hasRules && !hasConfiguration && users.Length > 0)
        {
            hindrances.Add(
                $"There is no polkit on this machine (neither /{PolkitRules.Directory} nor /{PolkitConfiguration.Directory}), so nobody could be made an administrator: " +
                "install the package polkitd.");
        }

        return hindrances.Count == 0 ? null : string.Join(' ', hindrances);
    }

    private static void Refuse(IEnumerable<string> users, string reason, List<string> hindrances) =>
        hindrances.AddRange(users.Select(user => $"'{MachineFiles.Tidy(user)}' was not made an administrator: {reason}."));

    /// <returns>Whether the directory is there.</returns>
    private bool Write(string directory, string name, string? text, string[] users, List<string> hindrances)
    {
        try
        {
            using var place = SystemDirectory.Open(Path.Join(_root, directory), FindDaemon());
            if (place is null)
            {
                return false;
            }

            if (text is null)
            {
                if (place.Remove(name))
                {
                    LogNobody(directory, name);
                }
            }
            else if (Encoding.UTF8.GetBytes(text) is var content && !place.Holds(name, content))
            {
                place.Replace(name, content);
                LogAdministrators(string.Join("', '", users), directory, name);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            hindrances.Add(failure.Message);
        }

        return true;
    }

    /// <summary>The number of polkit's own user: one of the system's, and so in its own file.</summary>
    private uint? FindDaemon()
    {
        foreach (var fields in _files.ReadLines("etc/passwd").Select(line => line.Split(':')))
        {
            if (fields.Length == 7 && fields[0] == Daemon && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return null;
    }

    [LoggerMessage(5041, LogLevel.Information, "[SESSION] Lider lets '{Users}' administer this machine: /{Directory}/{File} was written")]
    private partial void LogAdministrators(string users, string directory, string file);

    [LoggerMessage(5042, LogLevel.Information, "[SESSION] Lider lets no user administer this machine any more: /{Directory}/{File} was removed")]
    private partial void LogNobody(string directory, string file);
}
