using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Hosting.Catalog;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>docs/plugin.schema.json is what plugin.json is read as.</summary>
[Trait("Category", "Unit")]
public sealed class SchemaTests
{
    private static readonly string Repository =
        typeof(SchemaTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Repository").Value!;

    private static readonly JsonObject Schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository, "docs/plugin.schema.json")))!.AsObject();

    public static TheoryData<string> Manifests =>
        [.. Directory.GetFiles(Path.Combine(Repository, "plugins"), "plugin.json", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(Repository, "tests/TestPlugins"), "plugin.json", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository, path))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" || part.StartsWith('.')))];

    [Fact]
    public void The_schema_has_the_fields_that_are_read()
    {
        Assert.Equal(Fields<PluginManifest>(), Fields(Schema, except: "$schema"));
        Assert.Equal(Fields<ManifestCommand>(), Fields(Schema["properties"]!["commands"]!["items"]!));
        Assert.Equal(Fields<ManifestPolicy>(), Fields(Schema["properties"]!["policy"]!));
    }

    [Fact]
    public void The_schemas_defaults_are_those_of_the_manifest()
    {
        var command = Schema["properties"]!["commands"]!["items"]!["properties"]!;
        var read = new ManifestCommand("X");

        Assert.Equal(
            (read.Idempotent, read.Parallel, read.TimeLimitSeconds, new ManifestPolicy().TimeLimitSeconds),
            ((bool)command["idempotent"]!["default"]!, (bool)command["parallel"]!["default"]!, (int)command["timeLimitSeconds"]!["default"]!,
                (int)Schema["properties"]!["policy"]!["properties"]!["timeLimitSeconds"]!["default"]!));
        Assert.Equal(
            Enum.GetNames<PluginMode>().Select(mode => mode.ToLowerInvariant()),
            Schema["properties"]!["modes"]!["items"]!["enum"]!.AsArray().Select(mode => (string)mode!));
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void A_manifest_that_is_shipped_follows_the_schema_and_is_read(string path)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository, path))!;
        Assert.Empty(Flaws(Read(File.ReadAllText(Path.Combine(Repository, path))), Schema, "$"));

        Assert.Equal(Path.GetFileName(folder), ManifestFile.Read(folder, out var unknown).Name);
        Assert.Empty(unknown);
    }

    [Theory]
    [InlineData("""{ "name": "tool" }""")]
    [InlineData("""{ "kind": "python" }""")]
    [InlineData("""{ "name": "Tool", "kind": "python" }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "version": "" }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "version": 1 }""")]
    [InlineData("""{ "name": "tool", "kind": "dotnet", "assembly": "a/b.dll" }""")]
    [InlineData("""{ "name": "tool", "kind": "executable", "program": "/bin/sh" }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "commands": [ { "id": "a/b" } ] }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "commands": [ { } ] }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "commands": [ { "id": "A", "timeLimitSeconds": 0 } ] }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "policy": { "timeLimitSeconds": 604801 } }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "policy": "yes" }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "modes": ["boot"] }""")]
    [InlineData("""{ "name": "tool", "kind": "python", "modes": ["init", "init"] }""")]
    public void What_the_schema_refuses_is_not_read_either(string manifest)
    {
        Assert.NotEmpty(Flaws(Read(manifest), Schema, "$"));

        using var plugins = new PluginFolder();
        var folder = Directory.CreateDirectory(Path.Combine(plugins.Root, "tool")).FullName;
        PluginFolder.Write(folder, "plugin.json", manifest);
        Assert.Throws<PluginLoadException>(() => ManifestFile.Read(folder, out _));
    }

    private static JsonNode? Read(string text) =>
        JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });

    private static IEnumerable<string> Fields<T>() =>
        typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Fields(JsonNode schema, string? except = null) =>
        schema["properties"]!.AsObject().Select(field => field.Key).Where(name => name != except).Order(StringComparer.Ordinal);

    /// <summary>The keywords of JSON Schema that this schema uses.</summary>
    private static IEnumerable<string> Flaws(JsonNode? value, JsonNode schema, string path)
    {
        var kind = value?.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "integer",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "null",
        };
        var types = schema["type"] switch
        {
            JsonArray several => several.Select(type => (string)type!),
            JsonNode one => [(string)one!],
            _ => [kind],
        };
        if (!types.Contains(kind))
        {
            yield return $"{path} is a {kind}";
            yield break;
        }

        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value)))
        {
            yield return $"{path} is none of those allowed";
        }

        if (kind == "string" && (string)value! is var text
            && ((schema["pattern"] is { } pattern && !Regex.IsMatch(text, (string)pattern!))
                || text.Length < ((int?)schema["minLength"] ?? 0) || text.Length > ((int?)schema["maxLength"] ?? int.MaxValue)))
        {
            yield return $"{path} does not fit";
        }

        if (kind == "integer" && ((long)value! < ((long?)schema["minimum"] ?? long.MinValue) || (long)value! > ((long?)schema["maximum"] ?? long.MaxValue)))
        {
            yield return $"{path} is out of range";
        }

        var inside = value switch
        {
            JsonArray array => FlawsOfArray(array, schema, path),
            JsonObject fields => FlawsOfObject(fields, schema, path),
            _ => [],
        };
        foreach (var flaw in inside)
        {
            yield return flaw;
        }
    }

    private static IEnumerable<string> FlawsOfArray(JsonArray array, JsonNode schema, string path)
    {
        var flaws = array.Index().SelectMany(item => Flaws(item.Item, schema["items"]!, $"{path}[{item.Index}]"));
        return (bool?)schema["uniqueItems"] == true && array.Select(item => item?.ToJsonString()).Distinct().Count() < array.Count ? flaws.Append($"{path} has something twice") : flaws;
    }

    private static IEnumerable<string> FlawsOfObject(JsonObject fields, JsonNode schema, string path)
    {
        var missing = schema["required"]?.AsArray().Select(name => (string)name!).Where(name => !fields.ContainsKey(name)).Select(name => $"{path} lacks {name}") ?? [];
        return missing.Concat(fields.SelectMany(field => schema["properties"]![field.Key] is { } known
            ? Flaws(field.Value, known, $"{path}.{field.Key}")
            : [$"{path}.{field.Key} is not known"]));
    }
}
