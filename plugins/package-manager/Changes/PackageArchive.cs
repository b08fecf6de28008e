using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Changes;

/// <summary>PACKAGE_ARCHIVE: brings <c>packageName</c> to <c>packageVersion</c>, also when that is an older one (PL 13).</summary>
internal static class PackageArchive
{
    /// <summary>Installs that version.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var name = PackageName.Require(context.Parameters);
        var version = PackageName.Version(context.Parameters);
        if (version.Length == 0)
        {
            return PluginResult.Error($"{name} was left as it is: the task names no version (the parameter 'packageVersion' is missing).");
        }

        var result = await AptGet.InstallAsync(context, name, version, cancellationToken);
        return new PluginResult(ChangeResult.Code([result]), result.Message);
    }
}
