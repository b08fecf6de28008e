using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>Serves what one plugin asks of the agent.</summary>
internal sealed partial class PythonRequestDesk(string plugin, IPluginRequests requests, ILogger logger)
{
    private const string ReceivedDirectory = "/tmp/";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Does what is asked.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="files">The files of the call it belongs to, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">The plugin's process, or the call, has ended.</param>
    /// <returns>The reply's line.</returns>
    public async Task<ReadOnlyMemory<byte>> ServeAsync(HostRequest request, IPluginFiles? files, CancellationToken cancellationToken)
    {
        try
        {
            return PythonMessages.Reply(request.Id, await AnswerAsync(request, files, cancellationToken));
        }
        catch (Exception refusal) when (refusal is PluginRequestException or FileServerException)
        {
            return PythonMessages.Refusal(request.Id, refusal.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The agent's own fault, whatever it is: the plugin is told, and goes on.
            LogFailed(failure, plugin, request.Method);
            return PythonMessages.Refusal(request.Id, $"The agent could not do '{request.Method}'; its log says why.");
        }
    }

    private async Task<JsonNode?> AnswerAsync(HostRequest request, IPluginFiles? files, CancellationToken cancellationToken)
    {
        var parameters = new PluginParameters(request.Parameters);
        switch (request.Method)
        {
            case "fetch_file":
                return await FetchAsync(parameters, files, cancellationToken);
            case "send_message":
                await requests.SendMessageAsync(plugin, Required(parameters, "body"));
                return null;
            case "process_task":
                var task = request.Parameters["task"] as JsonObject ?? throw new PluginRequestException("The task is missing.");
                request.Parameters.Remove("task");
                await requests.ProcessTaskAsync(plugin, task);
                return null;
            case "registration_changed":
                await requests.RegistrationChangedAsync(plugin, request.Parameters);
                return null;
            case "unregister":
                await requests.UnregisterAsync(plugin);
                return null;
            case "reboot":
                await requests.RebootAsync(plugin);
                return null;
            case "shutdown":
                await requests.ShutdownAsync(plugin);
                return null;
            default:
                throw new PluginRequestException("The agent does not know this request.");
        }
    }

    /// <summary>Context.fetch_file (PL 2.10): to <c>local_path</c> + <c>file_name</c>, by default to /tmp and the MD5 sum.</summary>
    private static async Task<JsonNode> FetchAsync(PluginParameters parameters, IPluginFiles? files, CancellationToken cancellationToken)
    {
        if (files is null)
        {
            throw new PluginRequestException("The file cannot be fetched: it is not known for which of the running calls it is.");
        }

        var remote = Required(parameters, "remote_path");
        var fetched = await files.FetchAsync(remote, cancellationToken);
        var name = parameters.GetString("file_name") is { Length: > 0 } given ? given : await Md5Sum.OfAsync(fetched, cancellationToken);
        var target = (parameters.GetString("local_path") is { Length: > 0 } path ? path : ReceivedDirectory) + name;
        if (!Path.IsPathRooted(target) || target.Contains('\0', StringComparison.Ordinal))
        {
            throw new PluginRequestException("The file cannot be put there: its local path must be absolute.");
        }

        try
        {
            await PlaceAsync(fetched, target, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginRequestException($"The file was fetched, but could not be put where it belongs: {failure.Message}", failure);
        }

        return new JsonObject { ["file_name"] = name };
    }

    /// <summary>Puts a file in a place where others may write: under a new name first, so that no link that stands there is followed.</summary>
    private static async Task PlaceAsync(string file, string target, CancellationToken cancellationToken)
    {
        var passing = $"{target}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        try
        {
            await using (var source = File.OpenRead(file))
            await using (var copy = new FileStream(passing, new FileStreamOptions
            {
                // As the original agent left them: plugins that fetch files for users count on it.
                UnixCreateMode = Readable,
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
            }))
            {
                await source.CopyToAsync(copy, cancellationToken);
            }

            File.Move(passing, target, overwrite: true);
        }
        finally
        {
            // Gone already, unless something failed.
            File.Delete(passing);
        }

        File.Delete(file);
    }

    private static string Required(PluginParameters parameters, string name) =>
        parameters.GetString(name) is { Length: > 0 } value ? value : throw new PluginRequestException($"The parameter '{name}' is missing.");

    [LoggerMessage(1355, LogLevel.Error, "[PLUGIN] {Plugin}: the request {Method} failed")]
    private partial void LogFailed(Exception failure, string plugin, string method);
}
