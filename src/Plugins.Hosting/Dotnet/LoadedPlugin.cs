using System.Reflection;
using System.Runtime.Loader;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting;

/// <summary>A .NET plugin in a load context of its own.</summary>
internal sealed class LoadedPlugin
{
    private readonly Dictionary<string, PluginCommand> _commands;

    private LoadedPlugin(IPlugin plugin)
    {
        _commands = new Dictionary<string, PluginCommand>(StringComparer.OrdinalIgnoreCase);
        foreach (var command in plugin.Commands)
        {
            if (!_commands.TryAdd(command.Id, command))
            {
                throw new PluginLoadException($"the command {command.Id} is there twice.");
            }
        }
    }

    public static LoadedPlugin Load(string folder)
    {
        var manifest = PluginManifest.Read(folder);
        var path = Path.Combine(folder, manifest.Assembly!);
        try
        {
            // Dependencies are loaded from here as well, whenever they are first needed.
            foreach (var entry in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Prepend(folder))
            {
                RefuseWritableByOthers(entry);
            }

            var assembly = new Context(manifest.Name, path).LoadFromAssemblyPath(path);
            var types = assembly.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(IPlugin)) && !type.IsAbstract).ToArray();
            return types is [var only] && Activator.CreateInstance(only) is IPlugin plugin
                ? new LoadedPlugin(plugin)
                : throw new PluginLoadException($"{path} must hold exactly one public plugin class, it holds {types.Length}.");
        }
        catch (Exception failure) when (failure is not PluginLoadException)
        {
            // Loading runs the plugin's own code (constructor, static initialisers): it may throw anything.
            throw new PluginLoadException($"{path} cannot be loaded: {(failure.InnerException ?? failure).Message}", failure);
        }
    }

    public PluginCommand? Find(string command) => _commands.GetValueOrDefault(command);

    private static void RefuseWritableByOthers(string path)
    {
        if ((File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            throw new PluginLoadException($"{path} can be written by its group or by everybody; 'chmod go-w' it after making sure that it is genuine.");
        }
    }

    private sealed class Context(string name, string path) : AssemblyLoadContext($"plugin {name}", isCollectible: true)
    {
        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            // What the agent shares with its plugins must be the agent's own copy, or the types would not match.
            var shared = Default.Assemblies.Any(assembly => assembly.GetName().Name == assemblyName.Name);
            return !shared && _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
        }
    }
}
