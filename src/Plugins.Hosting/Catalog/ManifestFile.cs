using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>
/// The form of <c>plugin.json</c> (docs/plugin.schema.json). Comments and trailing commas are allowed, unknown fields are told and not used.
/// </summary>
internal sealed class ManifestFile
{
    private const int MostBytes = 64 * 1024;
    private const int MostSeconds = 7 * 24 * 3600;

    private static readonly Dictionary<string, PluginMode> ModeNames =
        Enum.GetValues<PluginMode>().ToDictionary(mode => mode.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public string? Name { get; set; }

    public string? Version { get; set; }

    public string? Kind { get; set; }

    public string? Assembly { get; set; }

    public string? Program { get; set; }

    public List<ManifestFileCommand?>? Commands { get; set; }

    [JsonConverter(typeof(PolicyConverter))]
    public ManifestFilePolicy? Policy { get; set; }

    public List<string?>? Modes { get; set; }

    public string? Description { get; set; }

    [JsonPropertyName("$schema")]
    public string? Schema { get; set; }

    /// <summary>Reads and checks a folder's manifest.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="unknown">Fields that this version does not know.</param>
    /// <exception cref="PluginLoadException">It cannot be used; the message names the file and the field.</exception>
    public static PluginManifest Read(string folder, out IReadOnlyList<string> unknown)
    {
        var path = Path.Combine(folder, PluginManifest.FileName);
        try
        {
            var bytes = ReadBounded(path);
            var file = JsonSerializer.Deserialize(bytes, ManifestJson.Default.ManifestFile) ?? throw Flaw(path, "holds no object");
            unknown = FindUnknown(bytes);
            return file.Check(path, Path.GetFileName(folder));
        }
        catch (JsonException flaw)
        {
            throw new PluginLoadException(Describe(path, flaw), flaw);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PluginLoadException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    private static byte[] ReadBounded(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > MostBytes)
        {
            throw Flaw(path, $"is larger than {MostBytes / 1024} KiB");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private PluginManifest Check(string path, string folder)
    {
        var name = Require(path, "name", Name);
        if (!string.Equals(name, folder, StringComparison.Ordinal))
        {
            throw Flaw(path, $"names the plugin '{PluginNames.Shown(name)}' in 'name', its folder '{folder}'; they must be equal");
        }

        if (Version is { } version && (version.Trim() != version || version.Length is 0 or > 64))
        {
            throw Flaw(path, "must have in 'version' 1 to 64 characters without blanks around them, or not have it: then tasks for any version are taken");
        }

        var kind = Require(path, "kind", Kind);
        if (kind == PluginKinds.Dotnet
            && !(Assembly is { } assembly && assembly == Path.GetFileName(assembly) && assembly.EndsWith(".dll", StringComparison.Ordinal)))
        {
            throw Flaw(path, "must name in 'assembly' the plugin's .dll as a plain file name in its folder");
        }

        if (kind == PluginKinds.Executable)
        {
            CheckProgram(path);
        }

        return new PluginManifest
        {
            Name = name,
            Version = Version,
            Kind = kind,
            Assembly = kind == PluginKinds.Dotnet ? Assembly : null,
            Program = kind == PluginKinds.Executable ? Program : null,
            Commands = ReadCommands(path),
            Policy = Policy is { } policy ? new ManifestPolicy { TimeLimitSeconds = Seconds(path, "policy.timeLimitSeconds", policy.TimeLimitSeconds, 600) } : null,
            Modes = ReadModes(path),
            Description = Description,
        };
    }

    private void CheckProgram(string path)
    {
        var parts = Program?.Split('/') ?? [];
        if (parts.Length == 0 || parts.Any(part => part is "" or "." or ".." || part.Contains('\0')))
        {
            throw Flaw(path, "must name in 'program' the program as a plain relative path inside its folder");
        }

        var program = Path.Combine(Path.GetDirectoryName(path)!, Program!);
        if (!File.Exists(program) || (File.GetUnixFileMode(program) & UnixFileMode.UserExecute) == 0)
        {
            throw new PluginLoadException($"{program}, which {path} names in 'program', is not there or may not be executed; 'chmod u+x' it.");
        }
    }

    private IReadOnlyList<ManifestCommand> ReadCommands(string path)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. (Commands ?? []).Select((command, index) =>
        {
            if (command?.Id is not { } id || !PluginNames.IsCommand(id))
            {
                throw Flaw(path, $"must have in 'commands[{index}].id' 1 to 128 letters, digits, '.', '_' and '-'");
            }

            return !known.Add(id)
                ? throw Flaw(path, $"has the command {id} twice in 'commands'")
                : new ManifestCommand(id)
                {
                    Idempotent = command.Idempotent,
                    Parallel = command.Parallel,
                    TimeLimitSeconds = Seconds(path, $"commands[{index}].timeLimitSeconds", command.TimeLimitSeconds, 3600),
                };
        })];
    }

    private List<PluginMode> ReadModes(string path)
    {
        var modes = new List<PluginMode>();
        foreach (var (index, name) in (Modes ?? []).Index())
        {
            if (name is null || !ModeNames.TryGetValue(name, out var mode) || modes.Contains(mode))
            {
                throw Flaw(path, $"must have in 'modes[{index}]' one of {string.Join(", ", ModeNames.Keys)}, each at most once");
            }

            modes.Add(mode);
        }

        return modes;
    }

    private static string Require(string path, string field, string? value) =>
        string.IsNullOrEmpty(value) ? throw Flaw(path, $"lacks the field '{field}'") : value;

    private static int Seconds(string path, string field, int? value, int otherwise) => value is null or (>= 1 and <= MostSeconds)
        ? value ?? otherwise
        : throw Flaw(path, $"must have in '{field}' a number from 1 to {MostSeconds}, it has {value}");

    private static PluginLoadException Flaw(string path, string what) => new($"{path} {what}.");

    /// <summary>A syntax error is told by its place; a value of a wrong type by its field.</summary>
    private static string Describe(string path, JsonException flaw)
    {
        var line = flaw.LineNumber is { } number ? $" (line {number + 1})" : "";
        return flaw.InnerException is JsonException || flaw.Path is null or "$"
            ? $"{path} is not a JSON object{line}."
            : $"{path} has a value of the wrong type in '{flaw.Path.TrimStart('$', '.')}'{line}.";
    }

    private static List<string> FindUnknown(byte[] bytes)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using var document = JsonDocument.Parse(bytes, options);
        var unknown = new List<string>();
        Collect(document.RootElement, ManifestJson.Default.ManifestFile, "");
        if (document.RootElement.TryGetProperty("commands", out var commands) && commands.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, command) in commands.EnumerateArray().Index())
            {
                Collect(command, ManifestJson.Default.ManifestFileCommand, $"commands[{index}].");
            }
        }

        if (document.RootElement.TryGetProperty("policy", out var policy))
        {
            Collect(policy, ManifestJson.Default.ManifestFilePolicy, "policy.");
        }

        return unknown;

        void Collect(JsonElement element, JsonTypeInfo known, string prefix)
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                unknown.AddRange(element.EnumerateObject()
                    .Where(field => known.Properties.All(property => property.Name != field.Name))
                    .Select(field => prefix + field.Name));
            }
        }
    }
}

/// <summary>One element of <c>commands</c>.</summary>
internal sealed class ManifestFileCommand
{
    public string? Id { get; set; }

    public bool Idempotent { get; set; }

    public bool Parallel { get; set; }

    public int? TimeLimitSeconds { get; set; }
}

/// <summary>The object form of <c>policy</c>.</summary>
internal sealed class ManifestFilePolicy
{
    public int? TimeLimitSeconds { get; set; }
}

/// <summary><c>policy</c> is a boolean or an object.</summary>
internal sealed class PolicyConverter : JsonConverter<ManifestFilePolicy?>
{
    public override ManifestFilePolicy? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return reader.TokenType switch
            {
                JsonTokenType.True => new ManifestFilePolicy(),
                JsonTokenType.False => null,
                _ => JsonSerializer.Deserialize(ref reader, ManifestJson.Default.ManifestFilePolicy),
            };
        }
        catch (JsonException)
        {
            // Its path begins at the object within; the serializer puts the whole one into an exception that has none.
            throw new JsonException();
        }
    }

    public override void Write(Utf8JsonWriter writer, ManifestFilePolicy? value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Manifests are only read.");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ManifestFile))]
[JsonSerializable(typeof(ManifestFileCommand))]
[JsonSerializable(typeof(ManifestFilePolicy))]
internal sealed partial class ManifestJson : JsonSerializerContext;
