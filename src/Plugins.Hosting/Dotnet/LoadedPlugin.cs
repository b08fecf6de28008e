using System.Reflection;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>
/// A .NET plugin in a load context of its own. Everything it declares is read once, while it is loaded: that is its own code, which may throw or
/// hang.
/// </summary>
internal sealed class LoadedPlugin
{
    private static readonly TimeSpan MostTime = TimeSpan.FromDays(7);

    private readonly Dictionary<string, PluginCommand> _commands = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<PluginMode, ModeHandler> _modes = [];
    private readonly PluginLoadContext _context;
    private readonly ShadowCopy _copy;

    private LoadedPlugin(PluginLoadContext context, ShadowCopy copy, IPlugin plugin, PluginManifest manifest)
    {
        _context = context;
        _copy = copy;
        foreach (var command in plugin.Commands ?? throw new PluginLoadException("its list of commands is null."))
        {
            ReadCommand(command);
        }

        Policy = plugin.Policy;
        if (Policy is { } policy)
        {
            CheckLimit("its policy", policy.TimeLimit);
        }

        foreach (var (mode, handler) in plugin.Modes)
        {
            _modes.Add(mode, handler ?? throw new PluginLoadException($"its mode {Name(mode)} is null."));
        }

        if (!_modes.Keys.ToHashSet().SetEquals(manifest.Modes))
        {
            throw new PluginLoadException(
                $"its {PluginManifest.FileName} names the modes [{Names(manifest.Modes)}], its code has [{Names(_modes.Keys)}]; they must be the same.");
        }
    }

    public PluginPolicy? Policy { get; }

    /// <summary>Loads a plugin.</summary>
    /// <exception cref="PluginLoadException">It cannot be loaded; the message says why.</exception>
    public static LoadedPlugin Load(string folder, PluginManifest manifest, string privateDirectory, ILogger logger)
    {
        var path = Path.Combine(folder, manifest.Assembly!);
        ShadowCopy? copy = null;
        PluginLoadContext? context = null;
        try
        {
            copy = ShadowCopy.Make(folder, privateDirectory, logger);
            var file = Path.Combine(copy.Path, manifest.Assembly!);
            context = new PluginLoadContext(manifest.Name, file);
            var types = context.LoadFromAssemblyPath(file).GetExportedTypes().Where(type => type.IsAssignableTo(typeof(IPlugin)) && !type.IsAbstract).ToArray();
            return types is [var only] && Activator.CreateInstance(only) is IPlugin plugin
                ? new LoadedPlugin(context, copy, plugin, manifest)
                : throw new PluginLoadException($"{path} must hold exactly one public plugin class, it holds {types.Length}.");
        }
        catch (Exception failure)
        {
            context?.Unload();
            copy?.Dispose();

            // Loading runs the plugin's own code (constructor, static initialisers, properties): it may throw anything.
            var cause = Unwrap(failure);
            throw cause is PluginLoadException ? cause : new PluginLoadException($"{path} cannot be loaded: {cause.GetType().Name}: {cause.Message}", cause);
        }
    }

    public PluginCommand? FindCommand(string command) => _commands.GetValueOrDefault(command);

    public ModeHandler? FindMode(PluginMode mode) => _modes.GetValueOrDefault(mode);

    /// <summary>Lets go of the plugin. Its code leaves the memory once nothing of it runs or is held any more.</summary>
    /// <returns>For looking whether it has.</returns>
    public WeakReference Unload()
    {
        var context = new WeakReference(_context);
        _commands.Clear();
        _modes.Clear();
        _context.Unload();
        _copy.Dispose();
        return context;
    }

    private void ReadCommand(PluginCommand? command)
    {
        if (command is null || !Catalog.PluginNames.IsCommand(command.Id ?? ""))
        {
            throw new PluginLoadException(
                $"it has a command whose id is not 1 to 128 letters, digits, '.', '_' and '-': '{Catalog.PluginNames.Shown(command?.Id ?? "")}'.");
        }

        if (!_commands.TryAdd(command.Id!, command))
        {
            throw new PluginLoadException($"the command {command.Id} is there twice.");
        }

        if (command.Run is null)
        {
            throw new PluginLoadException($"the command {command.Id} has no handler.");
        }

        CheckLimit($"its command {command.Id}", command.TimeLimit);
    }

    private static void CheckLimit(string what, TimeSpan limit)
    {
        if (limit <= TimeSpan.Zero || limit > MostTime)
        {
            throw new PluginLoadException($"{what} has the time limit {limit}; allowed is more than nothing and at most {MostTime.TotalDays:0} days.");
        }
    }

    private static Exception Unwrap(Exception failure) =>
        failure is TargetInvocationException or TypeInitializationException && failure.InnerException is { } inner ? Unwrap(inner) : failure;

    private static string Name(PluginMode mode) => mode.ToString().ToLowerInvariant();

    private static string Names(IEnumerable<PluginMode> modes) => string.Join(", ", modes.Order().Select(Name));
}
