using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Catalog;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>What plugins may say in events: the latest events are kept in memory, and go over the control socket.</summary>
internal static partial class EventText
{
    private const int MostNameLength = 64;
    private const int MostBytes = 8 * 1024;
    private const int MostDepth = 32;

    [GeneratedRegex(@"^[a-z0-9_-]+(\.[a-z0-9_-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name { get; }

    /// <summary>Makes a plugin's event.</summary>
    /// <exception cref="ArgumentException">Its name is of another form, or its data are too much.</exception>
    public static PluginRaised Of(string plugin, string name, JsonObject? data)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MostNameLength || !Name.IsMatch(name))
        {
            throw new ArgumentException(
                $"'{PluginNames.Shown(name)}' is no name for an event: 1 to {MostNameLength} lower-case letters, digits, '_' and '-', with dots between words.", nameof(name));
        }

        try
        {
            // As text at once: the plugin's object may change later, and may hold types of the plugin's own.
            return new PluginRaised(plugin, name, AnswerData.Write(data ?? [], MostBytes, MostDepth));
        }
        catch (Exception failure) when (failure is AnswerTooLargeException or InvalidOperationException)
        {
            throw new ArgumentException($"The data of the event {name} are more than {MostBytes} bytes of JSON, or nested more than {MostDepth} levels deep.", nameof(data), failure);
        }
    }
}
