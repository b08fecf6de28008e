using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ahenk.Plugins.Hosting;

/// <summary>The <c>plugin.json</c> of a plugin folder.</summary>
public sealed record PluginManifest
{
    /// <summary>The plugin's name; equal to the folder's.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as Lider's tasks name it.</summary>
    public required string Version { get; init; }

    /// <summary>What it is made of. Known: <c>dotnet</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The file name of a dotnet plugin's assembly.</summary>
    public string? Assembly { get; init; }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="PluginLoadException">It is missing, is not JSON, or lacks something.</exception>
    public static PluginManifest Read(string folder)
    {
        var path = Path.Combine(folder, "plugin.json");
        try
        {
            using var stream = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize(stream, ManifestJson.Default.PluginManifest)
                ?? throw new PluginLoadException($"{path} holds no object.");
            if (!string.Equals(manifest.Name, Path.GetFileName(folder), StringComparison.Ordinal))
            {
                throw new PluginLoadException($"{path} names the plugin '{manifest.Name}', its folder '{Path.GetFileName(folder)}'; they must be equal.");
            }

            if (manifest.Kind != "dotnet")
            {
                throw new PluginLoadException($"{path} has the kind '{manifest.Kind}', which this version does not know (known: dotnet).");
            }

            if (manifest.Assembly is not { Length: > 0 } assembly || assembly != Path.GetFileName(assembly))
            {
                throw new PluginLoadException($"{path} must name the assembly as a plain file name in the plugin's folder.");
            }

            return manifest;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PluginLoadException($"{path} cannot be read: {failure.Message}", failure);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PluginManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;

/// <summary>A plugin cannot be loaded; the message says why and names the file.</summary>
public sealed class PluginLoadException : Exception
{
    /// <summary>Says why.</summary>
    public PluginLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Says why.</summary>
    public PluginLoadException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
