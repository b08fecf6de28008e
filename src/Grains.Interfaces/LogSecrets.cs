using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ahenk.Grains.Interfaces;

/// <summary>
/// The secrets that this process knows, taken out of everything that is logged. A last line of defence: whoever writes a log line still takes care that no secret
/// is in it, and this is for what slips through, in the words of an exception or of a plugin.
/// </summary>
public sealed class LogSecrets
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "***";

    /// <summary>A shorter one would be found in words that have nothing to do with it.</summary>
    public const int LeastLength = 6;

    private const int MostPassing = 256;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _lasting = [];
    private readonly List<string> _passing = [];
    private volatile Known? _known;

    /// <summary>Notes a secret that stays one for as long as the process runs; what is too short, or none, is left out.</summary>
    public void Register(string? secret) => Add(secret, isPassing: false);

    /// <summary>Notes a secret that came with one task. Of these the newest 256 are kept; they are mostly the same.</summary>
    public void RegisterPassing(string? secret) => Add(secret, isPassing: true);

    /// <summary>The text without secrets; the same text when there are none in it.</summary>
    public string Hide(string text)
    {
        if (_known is not { } known || !text.AsSpan().ContainsAny(known.Search))
        {
            return text;
        }

        foreach (var form in known.LongestFirst)
        {
            text = text.Replace(form, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    private void Add(string? secret, bool isPassing)
    {
        if (secret is null || secret.Length < LeastLength)
        {
            return;
        }

        lock (_gate)
        {
            if (_lasting.Contains(secret) || (isPassing && _passing.Contains(secret)))
            {
                return;
            }

            if (!isPassing)
            {
                _lasting.Add(secret);
            }
            else
            {
                _passing.Add(secret);
                if (_passing.Count > MostPassing)
                {
                    _passing.RemoveAt(0);
                }
            }

            // As they are, and as JSON has them, which escapes more or less. The longest first: a short one may be a part of it.
            string[] plain = [.. _lasting, .. _passing];
            string[] forms = [.. plain.SelectMany(Forms).Distinct().OrderByDescending(form => form.Length)];
            _known = new Known(forms, SearchValues.Create(forms, StringComparison.Ordinal));
        }
    }

    private static string[] Forms(string secret) =>
        [secret, JsonEncodedText.Encode(secret).ToString(), JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()];

    private sealed record Known(string[] LongestFirst, SearchValues<string> Search);
}
