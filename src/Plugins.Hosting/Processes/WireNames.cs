using System.Buffers;
using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>How things are called in the protocols between the agent and plugins' processes, and the lines in which they go.</summary>
internal static class WireNames
{
    /// <summary>For objects that are passed on: one that has a field twice would fail only when somebody looks into it.</summary>
    public static JsonDocumentOptions Strict { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>A kind of work.</summary>
    public static string Of(PluginWorkKind kind) => kind switch
    {
        PluginWorkKind.Command => "command",
        PluginWorkKind.Profile => "profile",
        PluginWorkKind.Mode => "mode",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>A mode, as the files of Python plugins are named too.</summary>
    public static string Of(PluginMode mode) => mode switch
    {
        PluginMode.Init => "init",
        PluginMode.Login => "login",
        PluginMode.Logout => "logout",
        PluginMode.Safe => "safe",
        PluginMode.Shutdown => "shutdown",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };

    /// <summary>The type of a file by the name that Lider has for it (LP 3.4), or <see langword="null"/>.</summary>
    public static ResultFileType? FileType(string name) => name switch
    {
        "TEXT_PLAIN" => ResultFileType.TextPlain,
        "TEXT_HTML" => ResultFileType.TextHtml,
        "IMAGE_PNG" => ResultFileType.ImagePng,
        "IMAGE_JPEG" => ResultFileType.ImageJpeg,
        "APPLICATION_PDF" => ResultFileType.ApplicationPdf,
        "APPLICATION_MS_WORD" => ResultFileType.ApplicationMsWord,
        "APPLICATION_VND_MS_EXCEL" => ResultFileType.ApplicationVndMsExcel,
        _ => null,
    };

    /// <summary>One JSON object and the end of the line.</summary>
    /// <param name="write">Writes the object's fields.</param>
    public static ReadOnlyMemory<byte> Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>Writes a number, or null.</summary>
    public static void WriteNumber(this Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
