using System.Runtime.Loader;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

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

    /// <summary>Loads it, into the daemon's own context: Orleans finds types by their assembly's name there; and adds it to the silo's services.</summary>
    /// <param name="services">Stay as they are when it does not fit.</param>
    /// <param name="folder">Where it is.</param>
    /// <param name="access">Told when it cannot be loaded or added.</param>
    public static void AddTo(IServiceCollection services, string folder, DashboardAccess access)
    {
        // Not a copy that takes their place: Orleans keeps what it knows of grains by the collection itself.
        var before = services.ToArray();
        try
        {
            Load(folder).AddTo(services, access);
        }
        catch (Exception failure)
        {
            services.Clear();
            services.Add(before);

            // A folder of another version fails in its own ways, a method that is missing when it is called for one. None of them is to end the agent.
            access.Failed($"The dashboard cannot be loaded from {folder}: {failure.GetBaseException().Message} Install the package again; the agent works without it.");
        }
    }

    private static IDashboardModule Load(string folder)
    {
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(folder, Path.GetFileName(name.Name) + ".dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.Combine(folder, Name + ".dll"));
        return (IDashboardModule)Activator.CreateInstance(assembly.GetType($"{Name}.DashboardModule", throwOnError: true)!)!;
    }
}
