using System.Globalization;

namespace Ahenk.Grains.Policies;

/// <summary>A plan under way: which of its steps are done, and what is applied at any moment.</summary>
public sealed class PolicyRun
{
    // Work of an activation that is gone may come back to the next one.
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly Entry[] _steps;
    private IReadOnlyList<AppliedProfile> _before;

    /// <summary>Begins with nothing done but what is refused, which needs nobody.</summary>
    /// <param name="applied">What is applied before.</param>
    /// <param name="steps">What is to be done, in order.</param>
    public PolicyRun(IReadOnlyList<AppliedProfile> applied, IEnumerable<PolicyStep> steps)
    {
        _before = applied;
        _steps = [.. steps.Select(step => new Entry(step) { IsDone = step.Kind == PolicyStepKind.Refuse })];
    }

    /// <summary>What is applied now; of what is under way nobody knows how much is in force.</summary>
    public IReadOnlyList<AppliedProfile> Applied => _steps
        .Where(entry => !entry.IsForgotten)
        .Aggregate(_before, (applied, entry) => entry is { IsDone: true, IsDoubted: false } ? entry.Step.Done(applied) : entry.Step.Begun(applied));

    /// <summary>What will be applied when all is done.</summary>
    public IReadOnlyList<AppliedProfile> AppliedInTheEnd => _steps.Where(entry => !entry.IsForgotten).Aggregate(_before, (applied, entry) => entry.Step.Done(applied));

    /// <summary>Whether every step is done.</summary>
    public bool IsOver => Array.TrueForAll(_steps, entry => entry.IsDone);

    /// <summary>Whether the steps are with their plugins.</summary>
    public bool IsHandedOver { get; set; }

    /// <summary>The steps that are not done, each with the tag by which it is known again.</summary>
    public IEnumerable<(string Tag, PolicyStep Step)> Open =>
        _steps.Select((entry, i) => (entry, Tag: string.Create(CultureInfo.InvariantCulture, $"{_name}/{i}")))
            .Where(pair => !pair.entry.IsDone)
            .Select(pair => (pair.Tag, pair.entry.Step));

    /// <summary>Notes that a step has ended.</summary>
    /// <returns>The step; <see langword="null"/>: the tag is of another run, or the step had ended before.</returns>
    public PolicyStep? End(string? tag)
    {
        var parts = tag?.Split('/');
        if (parts is not [var name, var number] || name != _name || _steps[int.Parse(number, CultureInfo.InvariantCulture)] is not { IsDone: false } entry)
        {
            return null;
        }

        entry.IsDone = true;
        return entry.Step;
    }

    /// <summary>All that has been applied so far was undone by others.</summary>
    public void Forget()
    {
        _before = [.. _before.Where(profile => profile.IsRefused)];
        foreach (var entry in _steps.Where(entry => entry.IsDone && entry.Step.Kind != PolicyStepKind.Refuse))
        {
            entry.IsForgotten = true;
        }
    }

    /// <summary>Others may have undone what has been applied so far, before it was applied or after: nobody knows how much of it is in force.</summary>
    public void Doubt()
    {
        _before = [.. _before.Select(profile => profile.Interrupted())];
        foreach (var entry in _steps.Where(entry => entry.IsDone && entry.Step.Kind == PolicyStepKind.Apply))
        {
            entry.IsDoubted = true;
        }
    }

    private sealed class Entry(PolicyStep step)
    {
        public PolicyStep Step => step;

        public bool IsDone { get; set; }

        public bool IsForgotten { get; set; }

        public bool IsDoubted { get; set; }
    }
}
