using System.Reflection;
using System.Runtime.Loader;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Diagnostics;

/// <summary>
/// Loads the dashboard from a folder of its own. A reference would do, but Orleans loads what an assembly with grains refers to, and the web server would be among
/// the daemon's frameworks: both cost every machine memory and time for what few ever look at (docs/adr/0008).
/// </summary>
internal static class DashboardAssembly
{
    private const string Name = "Ahenk.Dashboard";

    /// <summary>Where it is installed.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "dashboard");

    /// <summary>Loads it, into the daemon's own context: Orleans finds types by their assembly's name there.</summary>
    /// <returns>The module; <see langword="null"/>: it cannot be loaded, which is told to <paramref name="access"/>.</returns>
    public static IDashboardModule? Load(string folder, DashboardAccess access)
    {
        try
        {
            AssemblyLoadContext.Default.Resolving += (context, name) =>
                Path.Combine(folder, Path.GetFileName(name.Name) + ".dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
            var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.Combine(folder, Name + ".dll"));
            return (IDashboardModule)Activator.CreateInstance(assembly.GetType($"{Name}.DashboardModule", throwOnError: true)!)!;
        }
        catch (Exception failure) when (failure is IOException or BadImageFormatException or TypeLoadException or TargetInvocationException)
        {
            access.Failed($"The dashboard cannot be loaded from {folder}: {failure.Message} Install the package again; the agent works without it.");
            return null;
        }
    }
}
