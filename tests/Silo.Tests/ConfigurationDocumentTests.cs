using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Tests;

/// <summary>docs/configuration.md is what administrators go by; the table in the code is what it, the command and the daemon have in common.</summary>
[Trait("Category", "Unit")]
public sealed class ConfigurationDocumentTests : IDisposable
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JidText() } };

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Its_table_is_the_one_in_the_code()
    {
        var expected = string.Concat(ConfigurationKeys.All.Select(Row));
        var folder = typeof(ConfigurationDocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Documents").Value!;
        var lines = File.ReadAllLines(Path.Combine(folder, "configuration.md"));
        var head = Array.FindIndex(lines, line => line.StartsWith("| section |", StringComparison.Ordinal));
        var found = string.Concat(lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|')).Select(line => line + "\n"));

        // For whoever has to bring the document up to date.
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "configuration-table.md"), expected);
        Assert.True(expected == found, $"The table is not up to date; it should be as in {AppContext.BaseDirectory}configuration-table.md.");
    }

    [Fact]
    public void Exactly_the_keys_of_the_table_are_read()
    {
        var values = new ConfigurationValues(ConfigurationFiles.Read(_folder.Write("").Main));
        AhenkSettings.Read(values);

        Assert.Equal(ConfigurationKeys.All.Select(key => key.ToString()).Order(), values.Asked.Select(key => key.ToString()).Order());
    }

    [Fact]
    public void The_defaults_are_those_of_an_empty_file()
    {
        var empty = Text(_folder.Write("").Read());
        foreach (var key in ConfigurationKeys.All.Where(key => key.Default is not null))
        {
            Assert.True(empty == Text(_folder.Write($"[{key.Section}]\n{key.Name} = {key.Default}\n").Read()), $"{key} = {key.Default} is not the default.");
        }
    }

    [Fact]
    public void Each_key_has_an_effect_and_each_of_its_words_is_taken()
    {
        foreach (var key in ConfigurationKeys.All)
        {
            // An account needs its name and its password at once.
            var others = key == ConfigurationKeys.RegisterWith ? "uid = x\npassword = x\n" : "";
            var before = Text(_folder.Write($"[{key.Section}]\n{others}").Read());

            Assert.True(before != Text(_folder.Write($"[{key.Section}]\n{others}{key.Name} = {Sample(key)}\n").Read()), $"{key} changes nothing.");
            foreach (var word in (key as ChoiceKey)?.Words ?? [])
            {
                _folder.Write($"[{key.Section}]\n{others}{key.Name} = {word}\n").Read();
            }
        }
    }

    [Fact]
    public void What_is_said_to_count_at_once_does_and_nothing_else()
    {
        foreach (var key in ConfigurationKeys.All.Where(key => key != ConfigurationKeys.RegisterWith))
        {
            var running = _folder.Write("").Read();
            var untouched = Text(running);
            var changed = _folder.Write($"[{key.Section}]\n{key.Name} = {Sample(key)}\n").Read();

            running.Adopt(changed);

            Assert.True(Text(running) == (key.AppliesAtOnce ? Text(changed) : untouched), $"{key} counts at once: {!key.AppliesAtOnce}, against the table.");
        }
    }

    /// <summary>A value that is allowed and not the default.</summary>
    internal static string Sample(ConfigurationKey key) => key switch
    {
        NumberKey number => (number.Fallback == number.Least ? number.Least + 1 : number.Least).ToString(CultureInfo.InvariantCulture),
        _ when key == ConfigurationKeys.Language => AhenkSettings.IsSystemTurkish() ? "en" : "tr",
        _ when key == ConfigurationKeys.CertificatePin => new string('a', 64),
        _ when key == ConfigurationKeys.OtlpEndpoint => "http://localhost:4318",
        _ when key == ConfigurationKeys.OtlpHeaders => "name=value",
        ChoiceKey choice => choice.Words.First(word => word != choice.Default),
        _ => key.Allows("/x") ? "/x" : "x",
    };

    private static string Text(AhenkSettings settings) => JsonSerializer.Serialize(settings, Options);

    private static string Row(ConfigurationKey key)
    {
        var allowed = key switch
        {
            NumberKey number => $"{number.Least} to {number.Most}",
            ChoiceKey choice => string.Join(", ", choice.Words.Select(word => $"`{word}`")),
            _ => key.Allowed,
        };
        return $"| `{key.Section}` | `{key.Name}` | {(key.Default is null ? $"*({key.DefaultNote})*" : $"`{key.Default}`")} | {allowed} | " +
            $"{(key.AppliesAtOnce ? "reload" : "restart")} | {key.Meaning} |\n";
    }

    private sealed class JidText : JsonConverter<Jid>
    {
        public override Jid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Jid value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
