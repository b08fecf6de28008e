using System.Text.Json.Nodes;
using Ahenk.Plugins.PackageManager.Changes;
using Ahenk.Plugins.PackageManager.Sources;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>
/// REPOSITORIES and PACKAGE_SOURCES: the repositories of binary packages as <c>packageSource</c>, one a line in the one-line form, whatever form they have on
/// the machine (PL 13).
/// </summary>
internal static class Repositories
{
    /// <summary>The file of the repositories that Lider has added.</summary>
    internal const string SourceFile = "liderahenk.list";

    /// <summary>REPOSITORIES.</summary>
    public static PluginResult List(AptSources sources)
    {
        try
        {
            var data = Data(sources, out var count);
            return PluginResult.Processed($"apt uses {count} repositories.", data);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return PluginResult.Error($"apt's list of repositories could not be read: {failure.Message}");
        }
    }

    /// <summary>PACKAGE_SOURCES: takes out <c>deletedItems</c>, adds <c>addedItems</c> that are not there, and reads the package lists anew.</summary>
    public static async Task<PluginResult> ChangeAsync(AptSources sources, PluginContext context, CancellationToken cancellationToken)
    {
        // All is read before anything is changed.
        var added = context.Parameters.GetStrings("addedItems").Select(SourceLine.ForNew).ToList();
        var deleted = context.Parameters.GetStrings("deletedItems").Select(item => (Item: item.Trim(), Line: SourceLine.Parse(item))).ToList();
        try
        {
            var notThere = deleted.Where(one => one.Line is null || !sources.Remove(one.Line)).Select(one => PackageName.Shorten(one.Item)).ToList();
            var missing = sources.FindMissing(added);
            if (missing.Count > 0)
            {
                sources.Add(SourceFile, missing);
            }

            var data = Data(sources, out var count);
            var remark = notThere.Count > 0 ? $" Not found and so not taken out: {string.Join("; ", notThere)}." : "";
            return await AptGet.UpdateAsync(context, cancellationToken) is { } problem
                ? PluginResult.Error($"The repositories have been changed.{remark} {problem}", data)
                : PluginResult.Processed($"The repositories have been changed; apt uses {count} now.{remark}", data);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return PluginResult.Error($"apt's list of repositories could not be changed: {failure.Message}");
        }
    }

    private static JsonObject Data(AptSources sources, out int count)
    {
        var lines = sources.List().Where(line => line.Type == "deb").Select(line => line.ToString()).Distinct().ToList();
        count = lines.Count;
        return new JsonObject { ["packageSource"] = string.Concat(lines.Select(line => line + "\n")) };
    }
}
