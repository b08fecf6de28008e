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
            if (content is null)
            {
                SystemFile.Delete(path);
            }
            else
            {
                // Written beside the directory and not in it, for the browsers read every file that is there.
                SystemFile.Write(path, content, Path.GetDirectoryName(Path.GetDirectoryName(path)));
            }
        }
    }
}
