using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <content>What happens while the plugin is not here.</content>
public sealed partial class PluginGrain
{
    /// <summary>
    /// Who waits for the plugin, and the asking and installing (LP 7). Tasks are stored as waiting, and policies planned anew, so that a restart brings them back
    /// here; tasks that were answered meanwhile are parked in the store.
    /// </summary>
    private sealed class MissingPlugin(PluginGrain grain, IPluginInstaller installer, IOutbox outbox)
    {
        private readonly List<Waiting> _waiting = [];
        private readonly HashSet<string> _asked = [];
        private IGrainTimer? _timer;
        private bool _isInstalling;

        public bool IsWaiting => _waiting.Count > 0 || _isInstalling;

        private string Name => grain.Name;

        public async Task Await(IPluginWaiter waiter, string? version)
        {
            if (_waiting.Any(waiting => waiting.Waiter.GetGrainId() == waiter.GetGrainId() && waiting.Version == version))
            {
                return;
            }

            _waiting.Add(new Waiting(waiter, version, grain._time.GetTimestamp()));
            grain.DelayDeactivation(Timeout.InfiniteTimeSpan);
            SetTimer();
            if (_asked.Add(version ?? ""))
            {
                grain.LogMissing(Name, version, grain._options.InstallTimeout.TotalSeconds);
                await Ask(version);
            }
        }

        public Task Install(PluginPackage package)
        {
            if (_isInstalling || _waiting.Count == 0)
            {
                // Nobody installs what nothing here waits for.
                grain.LogNotAwaited(Name);
                return Task.CompletedTask;
            }

            _isInstalling = true;
            _ = InstallThenTell(package);
            return Task.CompletedTask;
        }

        public Task NotFound() => GiveUp(
            _ => true, waiting => $"The plugin {Name}{Version(waiting)} is not installed on this machine, and Lider has no package of it. Install it, or name a version in Lider that is there.");

        /// <summary>The plugin was loaded, or could not be: what can run now is released, in order of arrival.</summary>
        public async Task PluginChanged()
        {
            var released = new List<Waiting>();
            foreach (var waiting in _waiting.ToArray())
            {
                if (!(await Look(waiting)).Missing)
                {
                    released.Add(waiting);
                }
            }

            _waiting.RemoveAll(released.Contains);
            if (_waiting.Count == 0)
            {
                _asked.Clear();
            }

            foreach (var id in await grain._store.ListParkedAsync(Name))
            {
                await grain.GrainFactory.GetGrain<ITaskGrain>(id).Release();
            }

            foreach (var waiting in released)
            {
                await waiting.Waiter.PluginAvailable(Name);
            }

            SetTimer();
        }

        private static string Version(Waiting waiting) => string.IsNullOrEmpty(waiting.Version) ? "" : $" in version {waiting.Version}";

        private ValueTask<PluginLookup> Look(Waiting waiting) => grain._host.FindAsync(Name, waiting.Version, null);

        private async Task Ask(string? version)
        {
            var message = new MissingPluginMessage { PluginName = Name, PluginVersion = version ?? "", Timestamp = grain._time.GetLocalNow() };
            try
            {
                await outbox.AddAsync(new OutboxDraft(message.ToBody(), grain._time.GetUtcNow(), IsFinal: false));
            }
            catch (StorageException failure)
            {
                // Who waits is told when the time is up, as if Lider had been silent.
                grain.LogNotAsked(failure, Name);
            }
        }

        private async Task InstallThenTell(PluginPackage package)
        {
            string? problem;
            try
            {
                problem = await installer.InstallAsync(Name, package, grain._stopping.Token);
            }
            catch (Exception failure)
            {
                // The installer answers with values; should it fail all the same, those who wait must hear of it.
                grain.LogInstallFailed(failure, Name);
                problem = failure.Message;
            }

            _isInstalling = false;
            if (problem is null)
            {
                grain.LogInstalled(Name, package.Version);
                grain.Audit(AuditAction.PluginInstalled, "done");
                await grain.EnqueueChange(PluginChange.Load);

                // What waits on was not released: the package did not bring what it waits for.
                var problems = new Dictionary<Waiting, string?>();
                foreach (var waiting in _waiting.ToArray())
                {
                    problems[waiting] = (await Look(waiting)).Problem;
                }

                await GiveUp(
                    problems.ContainsKey, waiting => $"The plugin {Name} was installed as Lider offered it, but{Version(waiting)} it is still not usable: {problems[waiting]}");
            }
            else if (!grain._stopping.IsCancellationRequested)
            {
                grain.LogNotInstalled(Name, problem);
                grain.Audit(AuditAction.PluginInstalled, $"failed: {problem}");
                await GiveUp(_ => true, waiting => $"The plugin {Name}{Version(waiting)} is not installed on this machine, and could not be installed: {problem}");
            }

            grain.Pump();
        }

        private void SetTimer()
        {
            _timer?.Dispose();
            _timer = null;
            if (_waiting.Count > 0)
            {
                var left = grain._options.InstallTimeout - grain._time.GetElapsedTime(_waiting[0].Since);
                _timer = grain.RegisterGrainTimer(
                    OnTimeout, new GrainTimerCreationOptions(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
            }
        }

        private Task OnTimeout() => _isInstalling
            ? Task.CompletedTask // What becomes of the installation decides.
            : GiveUp(
                waiting => grain._time.GetElapsedTime(waiting.Since) >= grain._options.InstallTimeout,
                waiting => $"The plugin {Name}{Version(waiting)} is not installed on this machine, and Lider has not offered it within {grain._options.InstallTimeout.TotalSeconds:0} s ([PLUGIN] install_timeout). " +
                    "It is still done when the plugin is installed.");

        private async Task GiveUp(Predicate<Waiting> whom, Func<Waiting, string> reason)
        {
            var told = _waiting.FindAll(whom);
            _waiting.RemoveAll(whom);
            if (_waiting.Count == 0)
            {
                _asked.Clear();
            }

            foreach (var waiting in told)
            {
                await waiting.Waiter.PluginUnavailable(Name, waiting.Version, reason(waiting));
            }

            SetTimer();
            grain.Pump();
        }

        private sealed record Waiting(IPluginWaiter Waiter, string? Version, long Since);
    }

    [LoggerMessage(1211, LogLevel.Warning, "[PLUGIN] {Plugin} {Version} is not here: Lider is asked for it, and what needs it waits up to {Seconds} s")]
    private partial void LogMissing(string plugin, string? version, double seconds);

    [LoggerMessage(1212, LogLevel.Warning, "[PLUGIN] Lider offers {Plugin}, which nothing here waits for: not installed")]
    private partial void LogNotAwaited(string plugin);

    [LoggerMessage(1213, LogLevel.Error, "[PLUGIN] Lider could not be asked for {Plugin}")]
    private partial void LogNotAsked(Exception failure, string plugin);

    [LoggerMessage(1214, LogLevel.Error, "[PLUGIN] The installation of {Plugin} failed")]
    private partial void LogInstallFailed(Exception failure, string plugin);

    [LoggerMessage(1215, LogLevel.Warning, "[PLUGIN] {Plugin} is not installed: {Problem}")]
    private partial void LogNotInstalled(string plugin, string problem);

    [LoggerMessage(1216, LogLevel.Information, "[PLUGIN] {Plugin} {Version} is installed")]
    private partial void LogInstalled(string plugin, string? version);
}
