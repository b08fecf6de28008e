using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>The data of an answer as JSON text.</summary>
internal static class AnswerData
{
    /// <summary>
    /// More than a script's whole output can become; Lider itself takes a fraction of it in one message. What is larger is a plugin's mistake, and
    /// must not fill the agent's memory.
    /// </summary>
    public const int MostBytes = 8 << 20;

    /// <summary>Adds a mail's fields (PL 0.2).</summary>
    public static JsonObject? WithMail(JsonObject? data, ResultMail? mail)
    {
        if (mail is null)
        {
            return data;
        }

        // The plugin may hold on to its object, or give it again.
        var all = data?.DeepClone() as JsonObject ?? [];
        all["mail_send"] = true;
        all["mail_subject"] = mail.Subject ?? "";
        all["mail_content"] = mail.Content ?? "";
        return all;
    }

    /// <summary>Writes the text.</summary>
    /// <exception cref="AnswerTooLargeException">It is larger than <see cref="MostBytes"/>.</exception>
    public static string? Write(JsonObject? data) => data is null ? null : Write(data, MostBytes, mostDepth: 0);

    /// <summary>Writes the text.</summary>
    /// <param name="data">What is written.</param>
    /// <param name="mostBytes">How large it may become.</param>
    /// <param name="mostDepth">How many levels it may be nested; 0: as many as the writer takes.</param>
    /// <exception cref="AnswerTooLargeException">It is larger.</exception>
    /// <exception cref="InvalidOperationException">It is deeper.</exception>
    public static string Write(JsonObject data, int mostBytes, int mostDepth)
    {
        var buffer = new BoundedBuffer(mostBytes);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = mostDepth });
        data.WriteTo(writer);
        writer.Flush();
        if (buffer.Written.Length > mostBytes)
        {
            throw new AnswerTooLargeException();
        }

        return Encoding.UTF8.GetString(buffer.Written);
    }

    /// <summary>Stops the writer early: it may be given far more than fits into memory.</summary>
    private sealed class BoundedBuffer(int mostBytes) : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _inner = new();

        public ReadOnlySpan<byte> Written => _inner.WrittenSpan;

        public void Advance(int count) => _inner.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => Bounded(sizeHint).GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => Bounded(sizeHint).GetSpan(sizeHint);

        // For a text the writer asks for several times of what it then writes.
        private ArrayBufferWriter<byte> Bounded(int sizeHint) =>
            _inner.WrittenCount > mostBytes || sizeHint > 6 * mostBytes ? throw new AnswerTooLargeException() : _inner;
    }
}

/// <summary>A plugin answered with more data than the agent takes.</summary>
internal sealed class AnswerTooLargeException : Exception;
