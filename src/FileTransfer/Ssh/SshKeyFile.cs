using Ahenk.Plugins.Sdk;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>The agent's own private key.</summary>
internal static class SshKeyFile
{
    private const UnixFileMode OpenToOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads the key.</summary>
    /// <exception cref="FileServerException">The file is missing, open to others, has a pass phrase, or holds no key.</exception>
    public static PrivateKeyFile Load(string path, Errand errand)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & OpenToOthers) != 0)
            {
                throw errand.Failed(
                    TransferStep.LogIn, $"Others than the owner may read or write the key {path}, named by [FILES] ssh_key_file. Set its mode to 0600.");
            }

            return new PrivateKeyFile(path);
        }
        catch (SshPassPhraseNullOrEmptyException failure)
        {
            throw errand.Failed(
                TransferStep.LogIn,
                $"The key {path}, named by [FILES] ssh_key_file, has a pass phrase, which the agent cannot ask for. Use a key without one.",
                failure);
        }
        catch (Exception failure) when (failure is not FileServerException) // A damaged key may break the reading anywhere.
        {
            throw errand.Failed(
                TransferStep.LogIn, $"The key {path}, named by [FILES] ssh_key_file, cannot be read: {Errand.Show(failure.Message)}", failure);
        }
    }
}
