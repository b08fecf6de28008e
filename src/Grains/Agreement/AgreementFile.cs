using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Agreement;

/// <summary>Reads an agreement from the bytes of its file.</summary>
internal static class AgreementFile
{
    /// <summary>The most bytes that are taken; more than anybody reads.</summary>
    public const int MostBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="bytes">Its bytes; the sum is made of all of them.</param>
    /// <param name="problem">Why it is no agreement.</param>
    public static AgreementQuestion? Read(ReadOnlySpan<byte> bytes, out string? problem)
    {
        if (bytes.Length > MostBytes)
        {
            problem = $"it has more than {MostBytes} bytes";
            return null;
        }

        string text;
        try
        {
            text = Strict.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
        }
        catch (DecoderFallbackException)
        {
            problem = "it is not UTF-8 text";
            return null;
        }

        text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        problem = string.IsNullOrWhiteSpace(text) ? "it is empty"
            : text.Any(static letter => char.IsControl(letter) && letter is not ('\n' or '\t')) ? "it holds control characters"
            : null;
        return problem is null ? new AgreementQuestion(Sum(bytes), text) : null;
    }

    /// <summary>The sum of a text that was not sent by Lider.</summary>
    public static AgreementQuestion OfText(string text) => new(Sum(Encoding.UTF8.GetBytes(text)), text);

    [SuppressMessage("Security", "CA5351", Justification = "Lider names agreements by this sum (LP 3.7); it proves nothing.")]
    private static string Sum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
}
