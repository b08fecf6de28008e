namespace Ahenk.Configuration;

/// <summary>What somebody may have meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate that differs least; <see langword="null"/> when none is near.</summary>
    public static string? Of(string name, IEnumerable<string> candidates) => candidates
        .Select(candidate => (Candidate: candidate, Distance: Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(item => item.Distance <= Math.Max(1, name.Length / 3))
        .OrderBy(item => item.Distance)
        .FirstOrDefault().Candidate;

    /// <summary>How many letters have to be put in, taken out, changed or swapped (optimal string alignment).</summary>
    private static int Distance(string one, string other)
    {
        var (before, last, row) = (new int[other.Length + 1], Enumerable.Range(0, other.Length + 1).ToArray(), new int[other.Length + 1]);
        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = one[i - 1] == other[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[other.Length];
    }
}
