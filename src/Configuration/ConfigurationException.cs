namespace Ahenk.Configuration;

/// <summary>The configuration cannot be used; the message names the key, the bad value, what is allowed and the file.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>One flaw.</summary>
    public ConfigurationException(string message, Exception? inner = null)
        : base(message, inner) => Messages = [message];

    /// <summary>Several at once.</summary>
    public ConfigurationException(IReadOnlyList<ConfigurationProblem> problems)
        : base(string.Join(Environment.NewLine, problems.Select(problem => problem.Message))) => Messages = [.. problems.Select(problem => problem.Message)];

    /// <summary>Each flaw as a sentence of its own.</summary>
    public IReadOnlyList<string> Messages { get; }
}
