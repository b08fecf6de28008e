using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>A file that is the result of a local run stays on the machine: it is kept for whoever asked for the run, and goes at the agent's next start at the latest.</summary>
internal static class LocalResult
{
    /// <summary>Keeps the file.</summary>
    /// <returns>The data of the answer: <c>file</c>, where the copy is; <c>name</c>, what the plugin called it; <c>md5</c>, its sum.</returns>
    /// <exception cref="PluginFailedException">It cannot be kept; the message is the answer.</exception>
    /// <exception cref="OperationCanceledException">The run is cancelled, or the agent ends.</exception>
    public static async Task<JsonObject> KeepAsync(string what, ResultFile file, string privateDirectory, CancellationToken cancellationToken)
    {
        var copy = Path.Combine(privateDirectory, $"local-result-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        try
        {
            var sum = await ResultUpload.CopyAsync(what, file.Path, copy, cancellationToken);
            return new JsonObject { ["file"] = copy, ["name"] = Path.GetFileName(file.Path), ["md5"] = sum };
        }
        catch
        {
            File.Delete(copy);
            throw;
        }
    }
}
