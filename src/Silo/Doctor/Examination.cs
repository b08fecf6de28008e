using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Doctor;

/// <summary>One check and what it found.</summary>
internal sealed record Diagnosis(IHealthCheck Check, Finding Finding);

/// <summary>Runs checks beside each other, each with a time limit of its own, and gives their findings in their order.</summary>
internal sealed class Examination(IEnumerable<IHealthCheck> checks, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Runs them all.</summary>
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(checks.OrderBy(check => check.Number).Select(check => ExamineAsync(check, cancellationToken)));

    /// <summary>The findings as they are told.</summary>
    /// <param name="diagnoses">The findings.</param>
    /// <param name="forEverybody">Only those that may be shown to everybody.</param>
    public static JsonObject Describe(IReadOnlyList<Diagnosis> diagnoses, bool forEverybody)
    {
        var shown = diagnoses.Where(diagnosis => !forEverybody || diagnosis.Check.IsForEverybody).ToArray();
        return new JsonObject
        {
            ["result"] = Word(shown.Select(diagnosis => diagnosis.Finding.Health).Where(health => health != Health.Skipped).DefaultIfEmpty(Health.Ok).Max()),
            ["checks"] = new JsonArray([.. shown.Select(diagnosis => (JsonNode)new JsonObject
            {
                ["number"] = diagnosis.Check.Number,
                ["name"] = diagnosis.Check.Name,
                ["result"] = Word(diagnosis.Finding.Health),
                ["found"] = diagnosis.Finding.Found,
                ["advice"] = diagnosis.Finding.Advice,
            })]),
        };
    }

    private static string Word(Health health) => health.ToString().ToLowerInvariant();

    private async Task<Diagnosis> ExamineAsync(IHealthCheck check, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // On a thread of its own: a disk that does not answer holds its check up and no other.
            return new Diagnosis(check, await Task.Run(() => check.CheckAsync(either.Token), either.Token).WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Diagnosis(check, Finding.Broken($"This could not be found out within {Limit.TotalSeconds:0} s.", "Look for a disk, a name server or a program that does not answer."));
        }
        catch (StorageException failure)
        {
            return new Diagnosis(check, Finding.Broken(failure.Message, "See the check of the database."));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A check that fails must not take the others with it, and what made it fail is a finding.
            return new Diagnosis(check, Finding.Broken($"This could not be found out: {failure.Message}", "Look at what the sentence names."));
        }
    }
}
