using Ahenk.Configuration;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;
using Ahenk.Silo.Logging;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Configuration;

/// <summary>What became of a reload.</summary>
/// <param name="Problems">Why nothing was changed; empty when it was.</param>
/// <param name="Applied">Keys whose new values count from now on.</param>
/// <param name="NeedRestart">Keys whose new values count after a restart.</param>
internal sealed record ReloadReport(IReadOnlyList<string> Problems, IReadOnlyList<string> Applied, IReadOnlyList<string> NeedRestart);

/// <summary>Reads the configuration anew and applies what can be changed while the agent runs.</summary>
internal sealed partial class ConfigurationReload(
    LoadedConfiguration started, DaemonLog log, PluginControl plugins, IAgentEvents events, ILogger<ConfigurationReload> logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>What counts at present, of the keys that apply at once.</summary>
    private IReadOnlyDictionary<ConfigurationKey, string> _current = started.Values;

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>Reads all files; with one error in them nothing is changed.</summary>
    public async Task<ReloadReport> ReloadAsync()
    {
        await _gate.WaitAsync();
        try
        {
            return await Apply(await Task.Run(() => LoadedConfiguration.Load(started.MainFile)));
        }
        catch (ConfigurationException refusal)
        {
            foreach (var problem in refusal.Messages)
            {
                LogRefused(problem);
            }

            return new ReloadReport(refusal.Messages, [], []);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ReloadReport> Apply(LoadedConfiguration loaded)
    {
        var applied = Changed(_current, loaded).Where(key => key.AppliesAtOnce).Select(key => key.ToString()).ToArray();
        var needRestart = Changed(started.Values, loaded).Where(key => !key.AppliesAtOnce).Select(key => key.ToString()).ToArray();
        var disabled = started.Settings.PluginHost.Disabled;
        started.Settings.Adopt(loaded.Settings);
        _current = loaded.Values;

        // Also when the file says what it said before: a level that was changed by hand goes with a reload.
        log.Level.MinimumLevel = loaded.Settings.Log.Level;
        log.Secrets.Register(loaded.Settings.Gateway.AccountPassword);
        var changed = disabled.Except(loaded.Settings.PluginHost.Disabled, StringComparer.OrdinalIgnoreCase)
            .Union(loaded.Settings.PluginHost.Disabled.Except(disabled, StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase).ToArray();
        if (changed.Length > 0)
        {
            await plugins.ChangeAsync(PluginChange.Load, string.Join(',', changed));
        }

        LogReloaded(Words(applied), Words(needRestart));
        events.Raise(new ConfigReloaded(applied, needRestart));
        return new ReloadReport([], applied, needRestart);
    }

    private static IEnumerable<ConfigurationKey> Changed(IReadOnlyDictionary<ConfigurationKey, string> before, LoadedConfiguration now) =>
        ConfigurationKeys.All.Where(key => (before.GetValueOrDefault(key) ?? key.Default) != (now.Values.GetValueOrDefault(key) ?? key.Default));

    private static string Words(string[] keys) => keys.Length > 0 ? string.Join(", ", keys) : "nothing";

    [LoggerMessage(3505, LogLevel.Information, "[CONFIGURATION] Read anew. Changed at once: {Applied}. Changed after a restart: {NeedRestart}")]
    private partial void LogReloaded(string applied, string needRestart);

    [LoggerMessage(3506, LogLevel.Error, "[CONFIGURATION] Read anew and not applied: {Problem}")]
    private partial void LogRefused(string problem);
}
