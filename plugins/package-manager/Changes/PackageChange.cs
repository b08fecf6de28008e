using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Changes;

/// <summary>One item of a <c>packageInfoList</c>: a package and what is to become of it.</summary>
/// <param name="Name">The package, as the item names it; not checked.</param>
/// <param name="Tag">What is to be done, as the item says it; not checked.</param>
/// <param name="Source">The line of the repository that has it; empty when the item names none.</param>
internal sealed record PackageChange(string Name, string Tag, string Source)
{
    /// <summary>The items of a task, in their order.</summary>
    /// <exception cref="PluginInputException">There is none.</exception>
    public static IReadOnlyList<PackageChange> ListOf(PluginParameters parameters)
    {
        const string Parameter = "packageInfoList";
        var items = parameters.GetObjects(Parameter);
        return items.Count > 0
            ? [.. items.Select(item => new PackageChange(Text(item, "packageName"), Text(item, "tag"), Text(item, "source")))]
            : throw new PluginInputException($"The task names no package: '{Parameter}' is missing or empty.");
    }

    /// <summary>Whether it is to come. Consoles of different ages say it with a letter, in English or in Turkish.</summary>
    public bool IsInstall => Tag.ToLowerInvariant() is "i" or "install" or "yükle" or "yukle";

    /// <summary>Does what the item asks.</summary>
    public async Task<ChangeResult> ApplyAsync(PluginContext context, CancellationToken cancellationToken)
    {
        if (!PackageName.IsValid(Name))
        {
            return ChangeResult.Failed($"'{PackageName.Shorten(Name)}' is not the name of a package.");
        }

        return IsInstall ? await AptGet.InstallAsync(context, Name, null, cancellationToken)
            : IsUninstall ? await AptGet.PurgeAsync(context, Name, cancellationToken)
            : ChangeResult.Failed($"{Name} was left as it is: '{PackageName.Shorten(Tag)}' is neither to install nor to uninstall.");
    }

    private bool IsUninstall => Tag.ToLowerInvariant() is "u" or "uninstall" or "kaldır" or "kaldir";

    private static string Text(PluginParameters item, string name) => item.GetString(name)?.Trim() ?? "";
}
