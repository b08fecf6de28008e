using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol;

/// <summary>Makes answers small enough for a stanza.</summary>
internal static class StatusFitting
{
    /// <summary>More than the mark of a cut ever takes.</summary>
    private const int MarkBytes = 64;

    /// <summary>Strings that take no more than this are never cut: a sum, a name or a date is worthless in parts.</summary>
    private const int ShortestCut = 2 * MarkBytes;

    public static StatusMessage Fit(StatusMessage status, int maxBodyBytes, bool keepEnd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBodyBytes, StatusMessage.SmallestLimit);
        long size;
        try
        {
            size = WireSize.OfBody(status.ToBody());
        }
        // What a plugin's own object can do to a writer: too deep, half a surrogate pair, equal keys, NaN, a value that is not JSON's.
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or NotSupportedException or JsonException)
        {
            return WithoutData(status, "Ahenk left the result out: it could not be written as JSON.", maxBodyBytes, keepEnd);
        }

        if (size <= maxBodyBytes)
        {
            return status;
        }

        var excess = size - maxBodyBytes;
        var data = status.ResponseData?.DeepClone().AsObject();
        var texts = new List<CutText>();
        Collect(data, texts);
        if (TryCut(texts, excess, keepEnd))
        {
            return status with { ResponseData = data };
        }

        var message = new CutMessage(status.ResponseMessage);
        texts.Add(message.Text);
        if (TryCut(texts, excess, keepEnd))
        {
            return status with { ResponseData = data, ResponseMessage = message.Value };
        }

        return WithoutData(
            status,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Ahenk left the result out: it makes a message of {size} bytes, and {maxBodyBytes} can be sent."),
            maxBodyBytes,
            keepEnd);
    }

    private static StatusMessage WithoutData(StatusMessage status, string why, int maxBodyBytes, bool keepEnd)
    {
        var bare = status with { ResponseData = new JsonObject { ["ahenk"] = why }, ContentType = ContentType.ApplicationJson };
        var excess = (long)WireSize.OfBody(bare.ToBody()) - maxBodyBytes;
        if (excess <= 0)
        {
            return bare;
        }

        // SmallestLimit leaves room for everything but the texts, so what is too much is in the message.
        var message = new CutMessage(status.ResponseMessage);
        TryCut([message.Text], excess, keepEnd);
        return bare with { ResponseMessage = message.Value };
    }

    private static void Collect(JsonNode? node, List<CutText> texts)
    {
        switch (node)
        {
            case JsonObject value:
                foreach (var (name, member) in value)
                {
                    Collect(member, text => value[name] = text, texts);
                }

                break;
            case JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    var index = i;
                    Collect(array[i], text => array[index] = text, texts);
                }

                break;
        }
    }

    private static void Collect(JsonNode? member, Action<string> replace, List<CutText> texts)
    {
        if (member is JsonValue value && value.TryGetValue<string>(out var text))
        {
            if (text.Length > ShortestCut / 6)
            {
                texts.Add(new CutText(text, WireSize.OfText(text), replace));
            }
        }
        else
        {
            Collect(member, texts);
        }
    }

    /// <summary>
    /// Cuts the longest texts to one common size, so that the excess is gone; or nothing, when that size would be too small.
    /// </summary>
    private static bool TryCut(List<CutText> texts, long excess, bool keepEnd)
    {
        texts.Sort((a, b) => b.Size.CompareTo(a.Size));
        long sum = 0;
        for (var count = 1; count <= texts.Count; count++)
        {
            sum += texts[count - 1].Size;
            var common = (sum - excess) / count;
            var next = count < texts.Count ? texts[count].Size : 0;
            if (common < Math.Max(next, ShortestCut))
            {
                continue;
            }

            for (var i = 0; i < count; i++)
            {
                texts[i].Replace(Cut(texts[i].Text, common - MarkBytes, keepEnd));
            }

            return true;
        }

        return false;
    }

    private static string Cut(string text, long bytes, bool keepEnd)
    {
        if (keepEnd)
        {
            var start = WireSize.EndWithin(text, bytes);
            return string.Concat(Mark(start), text.AsSpan(start));
        }

        var end = WireSize.StartWithin(text, bytes);
        return string.Concat(text.AsSpan(0, end), Mark(text.Length - end));
    }

    private static string Mark(int characters) =>
        string.Create(CultureInfo.InvariantCulture, $"[... {characters} characters cut by Ahenk ...]");

    private sealed class CutText(string text, long size, Action<string> replace)
    {
        public string Text => text;

        public long Size => size;

        public void Replace(string shorter) => replace(shorter);
    }

    private sealed class CutMessage
    {
        public CutMessage(string? message)
        {
            Value = message;
            Text = new CutText(message ?? "", WireSize.OfText(message), text => Value = text);
        }

        public string? Value { get; private set; }

        public CutText Text { get; }
    }
}
