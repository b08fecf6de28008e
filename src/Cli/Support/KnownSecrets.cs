using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli.Support;

/// <summary>Takes out of a bundle what is a secret by its name, and the values of the secrets that this machine's configuration holds or names, wherever they stand.</summary>
internal sealed class KnownSecrets
{
    /// <summary>A shorter one would be found in words that have nothing to do with it.</summary>
    private const int LeastLength = 4;

    private readonly string[] _forms;

    private KnownSecrets(IEnumerable<string> values) => _forms =
        [.. values.Where(value => value.Length >= LeastLength).SelectMany(Forms).Distinct().OrderByDescending(form => form.Length)];

    /// <summary>Those of the configuration; of a configuration that cannot be read, what can be.</summary>
    public static KnownSecrets Read(string configurationFile)
    {
        var files = ConfigurationFiles.Read(configurationFile);
        var values = ConfigurationKeys.All.Where(key => key.IsSecret).Select(key => files.Find(key.Section, key.Name)?.Value).OfType<string>().ToList();
        values.AddRange(SecretText.OfHeaders(files.Find(ConfigurationKeys.OtlpHeaders.Section, ConfigurationKeys.OtlpHeaders.Name)?.Value));
        var credential = ConfigurationKeys.RegistrationCredential;
        if (files.Find(credential.Section, credential.Name) is { Value: var path })
        {
            try
            {
                // Two lines, the user and the password.
                values.AddRange(File.ReadLines(path).Skip(1).Take(1));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Whoever cannot read it has not got it to give away.
            }
        }

        return new KnownSecrets(values);
    }

    /// <summary>JSON without secrets.</summary>
    public string Hide(JsonNode? node) => HideValues(Rendering.Json(SecretText.Hide(node)));

    /// <summary>A text without secrets.</summary>
    public string Hide(string text) => HideValues(SecretText.Hide(text));

    private string HideValues(string text) => _forms.Aggregate(text, static (hidden, form) => hidden.Replace(form, SecretText.Mask, StringComparison.Ordinal));

    /// <summary>As it is, and as JSON has it, which escapes more or less.</summary>
    private static string[] Forms(string secret) =>
        [secret, JsonEncodedText.Encode(secret).ToString(), JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()];
}
