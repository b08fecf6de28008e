using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>INSTALLED_PACKAGES: a text file, a line <c>i,NAME,VERSION</c> for each installed package (PL 13).</summary>
internal static class InstalledPackages
{
    /// <summary>Lists them.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var packages = (await Dpkg.ListAsync(context.Machine.Commands, null, cancellationToken)).Where(package => package.IsInstalled).ToList();
        if (packages.Count == 0)
        {
            return PluginResult.Error("dpkg knows of no installed package; its database (/var/lib/dpkg/status) may be damaged.");
        }

        var text = new StringBuilder();
        foreach (var package in packages)
        {
            text.Append("i,").Append(package.Name).Append(',').Append(package.Version).Append('\n');
        }

        var file = context.Files.NewFile("installed-packages.txt");
        await File.WriteAllTextAsync(file, text.ToString(), cancellationToken);
        return PluginResult.FromFile($"{packages.Count} packages are installed.", file, ResultFileType.TextPlain);
    }
}
