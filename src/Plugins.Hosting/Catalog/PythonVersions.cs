using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>
/// Asks a plugin of the original agent for its version: <c>info()</c> of its <c>main.py</c> (PL 2.1), run in a process of its own, once for every
/// state of that file.
/// </summary>
internal sealed class PythonVersions(ICommandRunner commands, string hostDirectory)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Address space, which is about twice the 128 MiB of memory that are meant: a main.py needs a fifth of that.</summary>
    private const long MostBytes = 256L << 20;

    private readonly ConcurrentDictionary<string, (DateTime Written, Task<string?> Version)> _known = new(StringComparer.Ordinal);

    /// <summary>The version; <see langword="null"/>: any.</summary>
    /// <exception cref="PluginLoadException">It cannot be found out.</exception>
    public Task<string?> ReadAsync(string folder)
    {
        var written = File.GetLastWriteTimeUtc(Path.Combine(folder, InferredManifest.MainFile));
        if (!_known.TryGetValue(folder, out var known) || known.Written != written)
        {
            _known[folder] = known = (written, AskAsync(folder));
        }

        return known.Version;
    }

    /// <summary>The version, as far as it has been asked for.</summary>
    public string? Peek(string folder) =>
        _known.TryGetValue(folder, out var known) && known.Version is { IsCompletedSuccessfully: true } ? known.Version.GetAwaiter().GetResult() : null;

    /// <summary>Forgets what went wrong, so that it is asked again.</summary>
    public void ForgetFailure(string folder)
    {
        if (_known.TryGetValue(folder, out var known) && known.Version.IsFaulted)
        {
            _known.TryRemove(KeyValuePair.Create(folder, known));
        }
    }

    private async Task<string?> AskAsync(string folder)
    {
        var order = new CommandLine(
            "prlimit", $"--as={MostBytes}", "--", "python3", "-I", "-B", Path.Combine(hostDirectory, "ahenk_host.py"), "--info", folder)
        {
            TimeLimit = Limit,
            OutputLimit = 64 * 1024,
            Keep = KeptPart.End,
        };
        var result = await commands.RunAsync(order, CancellationToken.None);
        var main = Path.Combine(folder, InferredManifest.MainFile);
        if (result.StartError is { } startError)
        {
            throw new PluginLoadException($"{main} cannot be asked for its version. {startError}");
        }

        if (result.TimedOut)
        {
            throw new PluginLoadException($"{main} cannot be asked for its version: info() did not end within {Limit.TotalSeconds:0} s.");
        }

        try
        {
            var line = result.Output.TrimEnd().Split('\n')[^1];
            var answer = JsonSerializer.Deserialize(line, PythonInfoJson.Default.PythonInfo);
            return answer is null ? throw new JsonException() : answer.Error is { } error
                ? throw new PluginLoadException($"{main} cannot be asked for its version: {PluginNames.Shown(error)}.")
                : answer.Version;
        }
        catch (JsonException)
        {
            var last = result.Error.TrimEnd().Split('\n')[^1];
            throw new PluginLoadException(
                $"{main} cannot be asked for its version: python3 ended with exit code {result.ExitCode} and no answer. " +
                $"Its last words: '{PluginNames.Shown(last)}'.");
        }
    }
}

/// <summary>What <c>ahenk_host.py --info</c> prints as its last line.</summary>
internal sealed class PythonInfo
{
    public string? Version { get; set; }

    public string? Error { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PythonInfo))]
internal sealed partial class PythonInfoJson : JsonSerializerContext;
