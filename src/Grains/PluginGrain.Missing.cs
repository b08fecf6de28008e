using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <content>What happens while the plugin is not here.</content>
public sealed partial class PluginGrain
{
    /// <summary>
    /// The tasks that wait for the plugin, and the asking and installing (LP 7). They are stored as waiting, so that a restart brings them back here; those that
    /// were answered meanwhile are parked in the store.
    /// </summary>
    private sealed class MissingPlugin(PluginGrain grain, IPluginInstaller installer, IOutbox outbox)
    {
        private readonly List<Waiting> _waiting = [];
        private readonly HashSet<string> _asked = [];
        private IGrainTimer? _timer;
        private bool _isInstalling;

        public bool IsWaiting => _waiting.Count > 0 || _isInstalling;

        private string Name => grain.Name;

        public async Task Await(long taskId, string? version)
        {
            if (_waiting.Any(task => task.TaskId == taskId))
            {
                return;
            }

            _waiting.Add(new Waiting(taskId, version, grain._time.GetTimestamp()));
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
            _ => true, task => $"The plugin {Name}{Version(task)} is not installed on this machine, and Lider has no package of it. Install it, or send the task with a version that is there.");

        /// <summary>The plugin was loaded, or could not be: what can run now is released, in order of arrival.</summary>
        public async Task PluginChanged()
        {
            var released = new List<Waiting>();
            foreach (var task in _waiting.ToArray())
            {
                if (!(await Look(task)).Missing)
                {
                    released.Add(task);
                }
            }

            _waiting.RemoveAll(task => released.Contains(task));
            if (_waiting.Count == 0)
            {
                _asked.Clear();
            }

            foreach (var id in await grain._store.ListParkedAsync(Name))
            {
                await grain.GrainFactory.GetGrain<ITaskGrain>(id).Release();
            }

            foreach (var task in released)
            {
                await grain.GrainFactory.GetGrain<ITaskGrain>(task.TaskId).Release();
            }

            SetTimer();
        }

        private static string Version(Waiting task) => string.IsNullOrEmpty(task.Version) ? "" : $" in version {task.Version}";

        private ValueTask<PluginLookup> Look(Waiting task) => grain._host.FindAsync(Name, task.Version, null);

        private async Task Ask(string? version)
        {
            var message = new MissingPluginMessage { PluginName = Name, PluginVersion = version ?? "", Timestamp = grain._time.GetLocalNow() };
            try
            {
                await outbox.AddAsync(new OutboxDraft(message.ToBody(), grain._time.GetUtcNow(), IsFinal: false));
            }
            catch (StorageException failure)
            {
                // The tasks are answered when their time is up, as if Lider had been silent.
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
                // The installer answers with values; should it fail all the same, the tasks must hear of it.
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
                foreach (var task in _waiting.ToArray())
                {
                    problems[task] = (await Look(task)).Problem;
                }

                await GiveUp(
                    problems.ContainsKey, task => $"The plugin {Name} was installed as Lider offered it, but{Version(task)} it is still not usable: {problems[task]}");
            }
            else if (!grain._stopping.IsCancellationRequested)
            {
                grain.LogNotInstalled(Name, problem);
                grain.Audit(AuditAction.PluginInstalled, $"failed: {problem}");
                await GiveUp(_ => true, task => $"The plugin {Name}{Version(task)} is not installed on this machine, and could not be installed: {problem}");
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
                task => grain._time.GetElapsedTime(task.Since) >= grain._options.InstallTimeout,
                task => $"The plugin {Name}{Version(task)} is not installed on this machine, and Lider has not offered it within {grain._options.InstallTimeout.TotalSeconds:0} s ([PLUGIN] install_timeout). " +
                    "The task runs when the plugin is installed.");

        private async Task GiveUp(Predicate<Waiting> whom, Func<Waiting, string> reason)
        {
            var answered = _waiting.FindAll(whom);
            _waiting.RemoveAll(whom);
            if (_waiting.Count == 0)
            {
                _asked.Clear();
            }

            foreach (var task in answered)
            {
                await grain.GrainFactory.GetGrain<ITaskGrain>(task.TaskId).PluginUnavailable(reason(task));
            }

            SetTimer();
            grain.Pump();
        }

        private sealed record Waiting(long TaskId, string? Version, long Since);
    }

    [LoggerMessage(1211, LogLevel.Warning, "[PLUGIN] {Plugin} {Version} is not here: Lider is asked for it, and its tasks wait up to {Seconds} s")]
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
