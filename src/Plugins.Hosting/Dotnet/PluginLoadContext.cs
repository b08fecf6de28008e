using System.Reflection;
using System.Runtime.Loader;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>
/// Where a plugin's assemblies live. What the plugin shares with the agent is the agent's own copy, or the types would not match; everything else is
/// the plugin's.
/// </summary>
internal sealed class PluginLoadContext(string name, string assembly) : AssemblyLoadContext($"plugin {name}", isCollectible: true)
{
    private static readonly HashSet<string> Shared = FindShared();

    private readonly AssemblyDependencyResolver _resolver = new(assembly);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        !Shared.Contains(assemblyName.Name!) && _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;

    /// <summary>
    /// The framework, the SDK and what the SDK shows of others. Not: whatever else the agent happens to use, which may be another version than the
    /// plugin's.
    /// </summary>
    private static HashSet<string> FindShared()
    {
        var sdk = typeof(Sdk.IPlugin).Assembly.GetName().Name!;
        string[] shown = [sdk, "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions"];
        var all = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return all.Select(path => Path.GetFileNameWithoutExtension(path)!).Where(IsFramework).Concat(shown).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsFramework(string name) =>
        name is "System" or "mscorlib" or "netstandard" or "WindowsBase" or "Microsoft.CSharp" or "Microsoft.VisualBasic"
        || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.VisualBasic.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal);
}
