using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Interfaces;

/// <summary>Carries files to and from Lider's file server (LP 2.3), over SFTP or HTTP(S).</summary>
public interface IFileTransfer
{
    /// <summary>Fetches a file. It is whole when the call returns; nothing is left behind when it fails.</summary>
    /// <param name="server">Where from.</param>
    /// <param name="path">
    /// The file's path on the server; of HTTP without escapes, and relative to <see cref="FileServer.Url"/> unless it begins with a slash.
    /// <see langword="null"/>: what the server itself names (LP 2.8).
    /// </param>
    /// <param name="localFile">The new file, mode 0600; must not exist.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileServerException">It could not be fetched; says which step failed and what to do, without secrets.</exception>
    Task FetchAsync(FileServer server, string? path, string localFile, CancellationToken cancellationToken);

    /// <summary>
    /// Uploads a file as the directory that the server names + <c>/</c> + <paramref name="name"/> (PL 0.2). Over SFTP the directory is made, and the name appears on
    /// the server only once the file is whole; over HTTP both are up to the server.
    /// </summary>
    /// <param name="server">Where to.</param>
    /// <param name="agent">The agent's name, for a <c>{0}</c> in the place.</param>
    /// <param name="name">The name there.</param>
    /// <param name="localFile">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileServerException">It could not be uploaded; says which step failed and what to do, without secrets.</exception>
    Task UploadAsync(FileServer server, string agent, string name, string localFile, CancellationToken cancellationToken);
}
