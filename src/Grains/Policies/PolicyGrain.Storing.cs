using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Policies;

/// <content>What is stored, and what has to wait until the disk takes it.</content>
public sealed partial class PolicyGrain
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly List<OutboxDraft> _unsent = [];
    private PolicyState _state = new();
    private string _setJson = PolicySet.Empty.ToJson();
    private IGrainTimer? _retry;
    private bool _isLoaded;
    private bool _isStored;
    private bool _isDirty;
    private bool _isForgotten;

    private DocumentKey Document => new(DocumentKinds.Policies, Key);

    private IReadOnlyList<AppliedProfile> AppliedNow => _run?.Applied ?? _state.Applied;

    /// <summary>The plugins through which something is applied.</summary>
    private static IReadOnlyList<string> Used(IEnumerable<AppliedProfile> applied) =>
        [.. applied.Where(profile => !profile.IsRefused).Select(profile => profile.Plugin).Distinct()];

    private async Task Load()
    {
        if (_isLoaded)
        {
            return;
        }

        if (await store.FindAsync(Document) is { } text && Read(Key, text) is { } stored)
        {
            _isStored = true;
            _state = stored;
            _setJson = stored.Set.ToJson();
            if (stored.Boot != boot.Id && stored.Applied.Count > 0)
            {
                // Another run of the machine: what lived in processes and in memory is gone.
                Change(_state with { Applied = [.. stored.Applied.Select(profile => profile.Interrupted())] });
            }
        }

        if (IsMachine)
        {
            await LoadUsers();
        }

        _isLoaded = true;
    }

    private PolicyState? Read(string name, string text)
    {
        try
        {
            return PolicyState.FromJson(text);
        }
        catch (JsonException failure)
        {
            LogUnreadable(failure, name);
            return null;
        }
    }

    private void Change(PolicyState state)
    {
        if (!ReferenceEquals(state.Set, _state.Set))
        {
            _setJson = state.Set.ToJson();
        }

        _state = state;
        _isDirty = true;
    }

    /// <summary>All that was applied has been undone by the plugins' safe modes; what could not be applied is reported anew.</summary>
    private void ForgetApplied()
    {
        _run?.Forget();
        Change(_state with { Applied = [], InVain = [] });
    }

    /// <summary>Stores what has changed, along with the messages that tell of it.</summary>
    /// <exception cref="StorageException">Nothing was stored; it is tried again.</exception>
    private async Task Flush()
    {
        if (_isForgotten || (!_isDirty && _unsent.Count == 0))
        {
            return;
        }

        try
        {
            await store.SaveAsync([new Document(Document, (_state with { Applied = AppliedNow, Boot = boot.Id }).ToJson())], [.. _unsent]);
        }
        catch (StorageException)
        {
            RetryLater();
            throw;
        }

        _isStored = true;
        _isDirty = false;
        _unsent.Clear();
    }

    private void RetryLater()
    {
        _retry?.Dispose();
        _retry = this.RegisterGrainTimer(() => GoOn(mayPlan: true), new GrainTimerCreationOptions(Retry, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    /// <summary>Who is logged in, what is under way and what is not stored yet are known only here.</summary>
    private void StayWhileNeeded() => DelayDeactivation(
        _isIn || _isDirty || _run is not null || _changes.Count > 0 || (IsMachine && (_users.Count > 0 || _state.Set.Policies.Count > 0 || _state.Applied.Count > 0))
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.Zero);

    [LoggerMessage(1610, LogLevel.Error, "[POLICY] What is stored of the policies of {Name} cannot be read; it begins anew with what Lider says")]
    private partial void LogUnreadable(Exception failure, string name);
}
