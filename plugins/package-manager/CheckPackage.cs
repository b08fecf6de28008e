using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>
/// CHECK_PACKAGE: whether <c>packageName</c> is installed, in <c>packageVersion</c> when that is not empty (PL 13). <c>res</c> is 0 when it is not, 1 when
/// it is, 2 when it is in another version. The console keeps the rows of a group apart by <c>dn</c>.
/// </summary>
internal static class CheckPackage
{
    private const int NotInstalled = 0;
    private const int Installed = 1;
    private const int OtherVersion = 2;

    /// <summary>Checks it.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var name = PackageName.Require(context.Parameters);
        var wanted = PackageName.Version(context.Parameters);
        var known = await Dpkg.ListAsync(context.Machine.Commands, name, cancellationToken);
        var installed = known.Where(package => package.IsInstalled).ToList();
        if (installed.Count == 0)
        {
            var remains = known.FirstOrDefault(package => package.Status is not ("not-installed" or "config-files"));
            return Answer(
                context, name, "", NotInstalled,
                remains is null ? $"{name} is not installed." : $"{name} is not installed as a whole: dpkg calls it '{remains.Status}'.");
        }

        foreach (var package in installed)
        {
            if (wanted.Length == 0 ||
                await Dpkg.IsSameVersionAsync(context.Machine.Commands, package.Version, wanted, cancellationToken))
            {
                return Answer(context, name, package.Version, Installed, $"{name} is installed in version {package.Version}.");
            }
        }

        var version = installed[0].Version;
        return Answer(context, name, version, OtherVersion, $"{name} is installed in version {version}, not in version {wanted}.");
    }

    private static PluginResult Answer(PluginContext context, string name, string version, int result, string message) =>
        PluginResult.Processed(message, new JsonObject
        {
            ["package_name"] = name,
            ["dn"] = context.AgentDn ?? " ",
            ["version"] = version,
            ["res"] = result,
        });
}
