using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome;

/// <summary>
/// The file in which the browsers find their settings, and whose settings these are: the browsers know one set for the whole machine, while several
/// users may be logged in. The last one that was applied holds; when that user goes, the one before it holds again.
/// </summary>
internal sealed class ManagedFiles
{
    private const string FileName = "liderahenk_browser_chrome_preferences.json";
    private const string Key = "settings";
    private const UnixFileMode Directories = Files | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Files = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string[] _paths;

    /// <summary>The files of Chrome and Chromium below a root.</summary>
    public ManagedFiles(string root) =>
        _paths = [Path.Combine(root, "etc/opt/chrome/policies/managed", FileName), Path.Combine(root, "etc/chromium/policies/managed", FileName)];

    /// <summary>Sets or takes back what holds for a user. A file that is right already is not touched.</summary>
    /// <param name="store">Remembers the settings of every user.</param>
    /// <param name="user">The user; <see langword="null"/>: the machine.</param>
    /// <param name="content">The file's bytes, or <see langword="null"/>: the user has no settings.</param>
    /// <exception cref="PluginInputException">A file could not be written or removed.</exception>
    public async Task SetAsync(IPluginStore store, string? user, byte[]? content)
    {
        var old = await store.GetAsync(Key);
        var all = old is null ? [] : JsonNode.Parse(old)!.AsArray();
        var owner = user ?? "";
        foreach (var own in all.Where(entry => (string?)entry!["user"] == owner).ToArray())
        {
            all.Remove(own);
        }

        if (content is not null)
        {
            all.Add((JsonNode)new JsonObject { ["user"] = owner, ["content"] = Encoding.UTF8.GetString(content) });
        }

        // Remembered before it is written: what is written and not remembered would never be undone.
        var now = all.Count == 0 ? null : all.ToJsonString();
        if (now != old)
        {
            await store.SetAsync(Key, now);
        }

        Put(all.Count == 0 ? null : Encoding.UTF8.GetBytes((string)all[^1]!["content"]!));
    }

    private void Put(byte[]? content)
    {
        foreach (var path in _paths)
        {
            try
            {
                if (content is not null)
                {
                    Write(path, content);
                }
                else if (Directory.Exists(Path.GetDirectoryName(path)))
                {
                    File.Delete(path);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new PluginInputException($"'{path}' could not be {(content is null ? "removed" : "written")}: {failure.Message}");
            }
        }
    }

    private static void Write(string path, byte[] content)
    {
        if (IsEqual(path, content))
        {
            return;
        }

        var directory = Path.GetDirectoryName(path)!;
        MakeDirectory(directory);

        // Beside the directory and not in it, for the browsers read every file that is there.
        var temporary = Path.Combine(Path.GetDirectoryName(directory)!, ".ahenk-" + RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            using (var file = new FileStream(
                temporary,
                new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(content);
                File.SetUnixFileMode(file.SafeFileHandle, Files);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static bool IsEqual(string path, byte[] content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.LinkTarget is null && file.Length == content.Length && file.UnixFileMode == Files
            && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);
    }

    // Whatever the agent's umask is: the browsers run as the users.
    private static void MakeDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        MakeDirectory(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Directories);
    }
}
