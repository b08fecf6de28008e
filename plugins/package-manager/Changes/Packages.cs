using Ahenk.Plugins.PackageManager.Sources;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Changes;

/// <summary>
/// PACKAGES: installs or removes each package of <c>packageInfoList</c>. A repository that an item names and that the machine does not have is
/// there for this task only (PL 13).
/// </summary>
internal static class Packages
{
    /// <summary>The file of the repositories that are there for one task.</summary>
    internal const string SourceFile = "ahenk.list";

    /// <summary>Makes the changes.</summary>
    public static async Task<PluginResult> RunAsync(AptSources sources, PluginContext context, CancellationToken cancellationToken)
    {
        var changes = PackageChange.ListOf(context.Parameters);
        var wanted = changes.Where(change => change.IsInstall && change.Source.Length > 0).Select(change => SourceLine.ForNew(change.Source)).ToList();
        var results = new List<ChangeResult>();
        string? problem = null;
        try
        {
            // What a task that was cut off has left.
            sources.Delete(SourceFile);
            var missing = sources.FindMissing(wanted);
            if (missing.Count > 0)
            {
                // When this fails the packages may be had all the same: it is enough that one of all repositories is out of reach.
                sources.Add(SourceFile, missing);
                problem = await AptGet.UpdateAsync(context, cancellationToken);
            }

            foreach (var change in changes)
            {
                results.Add(await change.ApplyAsync(context, cancellationToken));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return PluginResult.Error($"No package was changed, because apt's list of repositories could not be changed: {failure.Message}");
        }
        finally
        {
            sources.Delete(SourceFile);
        }

        var code = ChangeResult.Code(results);
        var cause = code == PluginCode.Error && problem is not null ? "\n" + problem : "";
        return new PluginResult(code, $"{ChangeResult.Summarise(results)}{cause}\n{ChangeResult.Join(results)}");
    }
}
