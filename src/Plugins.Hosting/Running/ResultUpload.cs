using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Hosting.Catalog;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>Brings a file that is a result to Lider's file server (PL 0.2): it lies there under its MD5 sum before the answer is sent.</summary>
internal sealed class ResultUpload(IFileTransfer transfer, CurrentIdentity identity, TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Uploads the file.</summary>
    /// <returns>The data of the answer.</returns>
    /// <exception cref="PluginFailedException">It cannot be sent; the message is the answer.</exception>
    /// <exception cref="FileServerException">It could not be uploaded.</exception>
    /// <exception cref="OperationCanceledException">The agent ends.</exception>
    public async Task<JsonObject> SendAsync(string what, ResultFile file, FileServer? server, PluginFiles files, CancellationToken agentStops)
    {
        if (!files.HasServer)
        {
            throw new PluginFailedException(
                $"{what} made a file, which could not be sent because the task brought no file server. {PluginFiles.ServerAdvice}");
        }

        if (!Enum.IsDefined(file.Type))
        {
            throw new PluginFailedException($"{what} answered with a file of a type that is not known; its author must correct it.");
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, agentStops);
        try
        {
            // A copy that nobody else can reach: what is uploaded is what was summed.
            var copy = files.NewFile($"result-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
            var sum = await CopyAsync(what, file.Path, copy, stop.Token);
            await transfer.UploadAsync(server!, identity.Value.Name, sum, copy, stop.Token);
            return new JsonObject { ["md5"] = sum };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !agentStops.IsCancellationRequested)
        {
            throw new PluginFailedException(
                $"{what} made a file, but uploading it took longer than the agent's limit of {Limit.TotalMinutes:0} minutes. " +
                "Look at the file server and the way to it.");
        }
    }

    /// <summary>Copies a result to where nobody else can reach it.</summary>
    /// <returns>Its MD5 sum.</returns>
    /// <exception cref="PluginFailedException">It is no plain file, empty, or cannot be read.</exception>
    internal static async Task<string> CopyAsync(string what, string path, string copy, CancellationToken cancellationToken)
    {
        try
        {
            // A pipe would block, a link may lead anywhere.
            if (string.IsNullOrEmpty(path) || !Path.IsPathFullyQualified(path) || FileStatus.Read(path).Kind != FileKind.File)
            {
                throw new PluginFailedException($"{what} answered with the file '{PluginNames.Shown(path ?? "")}', which is not the full path of a plain file.");
            }

            await using var source = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
            await using var target = new FileStream(
                copy,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    Options = FileOptions.Asynchronous,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
            using var sum = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            var buffer = new byte[80 * 1024];
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                sum.AppendData(buffer, 0, count);
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }

            return target.Length > 0
                ? Convert.ToHexStringLower(sum.GetHashAndReset())
                : throw new PluginFailedException($"{what} answered with an empty file, which Lider cannot take.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginFailedException($"{what} made a file that cannot be read: {failure.Message}", failure);
        }
    }
}
