using System.Security.Cryptography;
using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Ldap;

/// <summary>
/// The entry under which the directory login of this machine (SSSD) binds: the agent's own. The file is changed only where it names one, and keeps its owner and mode, for SSSD takes
/// no other.
/// </summary>
internal sealed class DirectoryLogin(string root)
{
    private const string Key = "ldap_default_bind_dn";

    private readonly string _path = Path.Combine(root, "etc/sssd/sssd.conf");

    /// <summary>Names another entry.</summary>
    /// <param name="directory">The directory through which users log in, as Lider knows it; anything but LDAP: none that binds as the agent.</param>
    /// <param name="dn">The entry.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PluginInputException">The file could not be read or written; it is unchanged.</exception>
    public async Task BindAsAsync(string directory, DistinguishedName dn, IMachine machine, CancellationToken cancellationToken)
    {
        if (!directory.Equals("LDAP", StringComparison.OrdinalIgnoreCase) || SystemFile.Read(_path) is not { } bytes)
        {
            return;
        }

        var text = Encoding.UTF8.GetString(bytes);
        var changed = string.Join('\n', text.Split('\n').Select(line => IsEntry(line) ? $"{Key} = {dn}" : line));
        if (changed != text)
        {
            await ReplaceAsync(changed, machine, cancellationToken);
        }
    }

    private static bool IsEntry(string line) => line.Split('=', 2) is [var name, _] && name.Trim() == Key;

    private async Task ReplaceAsync(string text, IMachine machine, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(_path)!, ".ahenk-" + RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            using (var file = new FileStream(
                temporary,
                new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            foreach (var program in (string[])["chown", "chmod"])
            {
                var result = await machine.Commands.RunAsync(new CommandLine(program, $"--reference={_path}", "--", temporary), cancellationToken);
                if (!result.Succeeded)
                {
                    throw new PluginInputException($"'{_path}' could not be written: its owner and mode cannot be kept ({program}: {result.StartError ?? result.Error}).");
                }
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginInputException($"'{_path}' could not be written: {failure.Message}");
        }
        finally
        {
            // Gone when it took its place.
            File.Delete(temporary);
        }
    }
}
