using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.FileManagement.Tests;

/// <summary>The plugin with a temporary directory in the place of <c>/</c>. Nothing may be left beside the files that a test knows.</summary>
public abstract class FileTest : IDisposable
{
    private const UnixFileMode Open = (UnixFileMode)0x1FF; // 0777

    private protected FileTest()
    {
        Root = Directory.CreateTempSubdirectory("ahenk-files-").FullName;
        Plugin = new FileManagementPlugin(Root);
    }

    private protected string Root { get; }

    private protected FileManagementPlugin Plugin { get; set; }

    public void Dispose()
    {
        // Not through links: some lead out of here.
        var below = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var left = Directory.GetFiles(Root, ".ahenk-*", below);
        Directory.Delete(Root, recursive: true);
        Assert.Empty(left);
        GC.SuppressFinalize(this);
    }

    /// <summary>The real path of what the plugin sees as <paramref name="path"/>.</summary>
    private protected string At(string path) => Root + path;

    private protected string Given(string path, string content) => Given(path, Encoding.UTF8.GetBytes(content));

    private protected string Given(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), content);
        return At(path);
    }

    /// <summary>A directory in which everybody may do everything.</summary>
    private protected void GivenOpenDirectory(string path)
    {
        Directory.CreateDirectory(At(path));
        File.SetUnixFileMode(At(path), Open);
    }

    private protected void GivenLink(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.CreateSymbolicLink(At(path), target);
    }

    private protected Task<PluginResult> Read(JsonNode? path) => Run("GET_FILE_CONTENT", new JsonObject { ["file-path"] = path });

    private protected Task<PluginResult> Write(JsonNode? path, JsonNode? content) =>
        Run("WRITE_TO_FILE", new JsonObject { ["file-path"] = path, ["file-content"] = content });

    /// <summary>Runs a command as the host does: what the input lacks is an error. On another thread, for it must not stand still.</summary>
    private async Task<PluginResult> Run(string command, JsonObject parameters)
    {
        var handler = Plugin.Commands.Single(one => one.Id == command).Run;
        try
        {
            return await Task.Run(() => handler(FakeContext.Of(parameters), CancellationToken.None))
                .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        catch (PluginInputException flaw)
        {
            return PluginResult.Error(flaw.Message);
        }
    }

    private protected static void AssertRefused(PluginResult result, string because)
    {
        Assert.Equal((PluginCode.Error, null), (result.Code, result.Data));
        Assert.Contains(because, result.Message, StringComparison.Ordinal);
    }
}
