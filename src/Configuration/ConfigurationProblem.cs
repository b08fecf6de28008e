namespace Ahenk.Configuration;

/// <summary>One thing that is wrong with the configuration. Holds no secret.</summary>
/// <param name="IsError">Whether the agent does not start with it; otherwise it only is not what somebody meant.</param>
/// <param name="Message">What is wrong, where, and what is allowed, as whole sentences.</param>
public sealed record ConfigurationProblem(bool IsError, string Message)
{
    /// <summary>The file it stands in.</summary>
    public string? File { get; init; }

    /// <summary>The line, counted from 1.</summary>
    public int? Line { get; init; }

    /// <summary>The section.</summary>
    public string? Section { get; init; }

    /// <summary>The key.</summary>
    public string? Key { get; init; }

    /// <summary>The value; of a secret, three asterisks.</summary>
    public string? Value { get; init; }

    /// <summary>What is allowed instead.</summary>
    public string? Allowed { get; init; }
}
