using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Changes;

/// <summary>PACKAGE_MANAGEMENT: installs or removes each package of <c>packageInfoList</c>; <c>Result</c> has a line for each (PL 13).</summary>
internal static class PackageManagement
{
    /// <summary>Makes the changes.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var results = new List<ChangeResult>();
        foreach (var change in PackageChange.ListOf(context.Parameters))
        {
            results.Add(await change.ApplyAsync(context, cancellationToken));
        }

        return new PluginResult(
            ChangeResult.Code(results), ChangeResult.Summarise(results), new JsonObject { ["Result"] = ChangeResult.Join(results) });
    }
}
