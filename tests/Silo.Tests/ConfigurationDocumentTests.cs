using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Tests;

/// <summary>docs/configuration.md is what administrators go by.</summary>
[Trait("Category", "Unit")]
public sealed partial class ConfigurationDocumentTests : IDisposable
{
    private static readonly Dictionary<string, string> Samples = new()
    {
        ["statedir"] = "/x",
        ["rundir"] = "/x",
        ["logfile"] = "/x",
        ["loglevel"] = "error",
        ["pluginfolderpath"] = "/x",
        ["host"] = "x",
        ["port"] = "1",
        ["servicename"] = "x",
        ["use_tls"] = "optional",
        ["tls_ca_file"] = "/x",
        ["tls_certificate_sha256"] = new string('a', 64),
        ["receiverjid"] = "x",
        ["receiverresource"] = "x",
        ["register_with"] = "account",
        ["uid"] = "x",
        ["password"] = "x",
        ["registration_credential_file"] = "/x",
        ["answer_delay_ms"] = "1",
        ["max_stanza_kib"] = "5",
        ["registration_timeout"] = "1",
        ["get_policy_timeout"] = "1",
        ["agreement_timeout"] = "10",
        ["agreement"] = "1",
        ["agreement_without_ui"] = "end",
        ["language"] = AhenkSettings.IsSystemTurkish() ? "en" : "tr",
        ["max_rows"] = "100",
        ["max_mib"] = "1",
        ["keep_days"] = "1",
        ["disabled"] = "x",
        ["mode_timeout"] = "1",
        ["pythonhostpath"] = "/x",
        ["install_timeout"] = "1",
        ["memory_limit_mib"] = "33",
        ["idle_minutes"] = "1",
        ["parallel"] = "1",
        ["package_policy"] = "never",
        ["package_keyring"] = "/x",
        ["known_hosts_file"] = "/x",
        ["ssh_key_file"] = "/x",
        ["ca_file"] = "/x",
        ["max_fetch_mib"] = "1",
        ["missed_run"] = "once",
        ["overlap"] = "queue",
        ["splay_seconds"] = "1",
    };

    private static readonly JsonSerializerOptions Options = new() { Converters = { new JidText() } };

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_lists_exactly_the_keys_that_are_read()
    {
        var reader = new ConfigurationReader(new ConfigurationFiles(_folder.Write("").Main));
        AhenkSettings.Read(reader);

        Assert.Equal(
            reader.Asked.Select(key => $"[{key.Section}] {key.Key}").Order(StringComparer.Ordinal),
            Rows().Select(row => $"[{row.Section}] {row.Key}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_defaults_are_those_of_an_empty_file()
    {
        var empty = Text(_folder.Write("").Read());
        foreach (var (section, key, value) in Rows().Where(row => row.Default.Length > 0))
        {
            Assert.True(empty == Text(_folder.Write($"[{section}]\n{key} = {value}\n").Read()), $"[{section}] {key} = {value} is not the default.");
        }
    }

    [Fact]
    public void Each_of_its_keys_has_an_effect()
    {
        foreach (var (section, key, _) in Rows())
        {
            // An account needs its name and its password at once.
            var others = key == "register_with" ? "uid = x\npassword = x\n" : "";
            var before = Text(_folder.Write($"[{section}]\n{others}").Read());

            Assert.True(before != Text(_folder.Write($"[{section}]\n{others}{key} = {Samples[key]}\n").Read()), $"[{section}] {key} changes nothing.");
        }
    }

    private static string Text(AhenkSettings settings) => JsonSerializer.Serialize(settings, Options);

    private static (string Section, string Key, string Default)[] Rows()
    {
        var folder = typeof(ConfigurationDocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Documents").Value!;
        var rows = Row().Matches(File.ReadAllText(Path.Combine(folder, "configuration.md")))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)).ToArray();
        Assert.True(rows.Length > 10, "The table was not found.");
        return rows;
    }

    [GeneratedRegex(@"^\| `([A-Z]+)` \| `([a-z0-9_]+)` \| (?:`([^`]+)`|\*[^|]*\*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed class JidText : JsonConverter<Jid>
    {
        public override Jid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Jid value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
