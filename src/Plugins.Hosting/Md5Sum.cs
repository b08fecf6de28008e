using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Ahenk.Plugins.Hosting;

/// <summary>The sum by which Lider names files (PL 0.2). It tells files apart and finds damage; it proves nothing.</summary>
internal static class Md5Sum
{
    /// <summary>The sum of a file, as lower-case hex.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "The wire contract names files by their MD5 sums; nothing is trusted because of one.")]
    public static async Task<string> OfAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await MD5.HashDataAsync(stream, cancellationToken));
    }
}
