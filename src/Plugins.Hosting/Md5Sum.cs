using System.Security.Cryptography;

namespace Ahenk.Plugins.Hosting;

/// <summary>The sum by which Lider names files (PL 0.2). It tells files apart and finds damage; it proves nothing.</summary>
internal static class Md5Sum
{
    /// <summary>The sum of a file, as lower-case hex.</summary>
    public static async Task<string> OfAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(HashAlgorithmName.MD5, stream, cancellationToken));
    }
}
