using System.IO.Compression;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>SHOW_PACKAGE_ARCHIVE: when <c>packageName</c> was installed and upgraded, from dpkg's logs, the oldest first (PL 13).</summary>
internal static class PackageHistory
{
    /// <summary>Reads the logs.</summary>
    public static PluginResult Run(string logDirectory, PluginContext context)
    {
        var name = PackageName.Require(context.Parameters);
        List<(string Date, string Operation, string Version)> found;
        try
        {
            found = [.. Logs(logDirectory).SelectMany(ReadLines).Select(line => Parse(line, name)).OfType<(string, string, string)>()];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return PluginResult.Error($"dpkg's logs in {logDirectory} could not be read: {failure.Message}", []);
        }

        if (found.Count == 0)
        {
            return PluginResult.Error($"dpkg's logs in {logDirectory} tell nothing of the package {name}.", []);
        }

        var rows = found.OrderBy(entry => entry.Date, StringComparer.Ordinal).Select(entry => (JsonNode)new JsonObject
        {
            ["installationDate"] = entry.Date,
            ["version"] = entry.Version,
            ["operation"] = entry.Operation,
            ["packageName"] = name,
        });
        return PluginResult.Processed(
            $"dpkg's logs tell of {found.Count} installations of {name}.", new JsonObject { ["Result"] = new JsonArray([.. rows]) });
    }

    /// <summary>The log and what logrotate has made of it: dpkg.log, dpkg.log.1, dpkg.log.2.gz.</summary>
    private static string[] Logs(string directory) => Directory.Exists(directory) ? Directory.GetFiles(directory, "dpkg.log*") : [];

    private static IEnumerable<string> ReadLines(string path)
    {
        using var file = File.OpenRead(path);
        using var plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var reader = new StreamReader(plain);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary><c>2025-06-24 14:36:25 upgrade NAME:ARCHITECTURE OLD NEW</c>.</summary>
    private static (string Date, string Operation, string Version)? Parse(string line, string name) =>
        line.Split(' ') is [var date, var time, ("install" or "upgrade") and var operation, var package, _, var version] &&
        (package == name || package.StartsWith(name + ":", StringComparison.Ordinal))
            ? ($"{date} {time}", operation, version)
            : null;
}
