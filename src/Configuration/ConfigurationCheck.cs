namespace Ahenk.Configuration;

/// <summary>Finds everything that is wrong, not just the first.</summary>
public static class ConfigurationCheck
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Masked = "***";

    /// <summary>Keys of the Python Ahenk which this agent has no use for, but which stand in the files of machines that move over.</summary>
    private static readonly (string Section, string Key)[] Retired =
    [
        ("BASE", "logconfigurationfilepath"), ("BASE", "dbpath"), ("PLUGIN", "mainmodulename"), ("MACHINE", "type"), ("MACHINE", "user_disabled"),
        ("CONNECTION", "receivefileparam"), ("CONNECTION", "sendfilepath"), ("CONNECTION", "nick"),
    ];

    /// <summary>Checks the files.</summary>
    /// <returns>What is wrong, errors first.</returns>
    public static IReadOnlyList<ConfigurationProblem> Run(ConfigurationFiles files)
    {
        var problems = new List<ConfigurationProblem>(files.Problems);
        foreach (var key in ConfigurationKeys.All)
        {
            if (files.Find(key.Section, key.Name) is { } found && !key.Allows(found.Value))
            {
                problems.Add(NotAllowed(key, found));
            }
        }

        problems.AddRange(FindContradictions(files));
        foreach (var layer in files.Layers)
        {
            problems.AddRange(FindStrangers(layer));
            problems.AddRange(FindExposure(layer));
        }

        return [.. problems.OrderByDescending(problem => problem.IsError)];
    }

    /// <summary>Refuses files with which the agent cannot start.</summary>
    /// <exception cref="ConfigurationException">Names every error.</exception>
    public static void Require(ConfigurationFiles files)
    {
        if (Run(files).Where(problem => problem.IsError).ToArray() is { Length: > 0 } errors)
        {
            throw new ConfigurationException(errors);
        }
    }

    /// <summary>What is told of a value that is not allowed.</summary>
    internal static ConfigurationProblem NotAllowed(ConfigurationKey key, FoundValue found)
    {
        var shown = key.IsSecret ? Masked : found.Value;
        return new ConfigurationProblem(true, $"{key} = {shown} is not allowed in {found.File}, line {found.Line}. Allowed: {key.Allowed}.")
        {
            File = found.File,
            Line = found.Line,
            Section = key.Section,
            Key = key.Name,
            Value = shown,
            Allowed = key.Allowed,
        };
    }

    /// <summary>What to say of a key that is not in the table.</summary>
    internal static string Unknown(string section, string key)
    {
        if (Retired.Any(old => IniDocument.IsSame(old.Section, section) && IniDocument.IsSame(old.Key, key)))
        {
            return $"[{section}] {key} is of the Python Ahenk; this agent does not use it.";
        }

        var meant = FindNear(section, key);
        return $"There is no key {(section.Length > 0 ? $"[{section}] " : "")}{key}{(meant is null ? "." : $"; is {meant} meant?")}";
    }

    /// <summary>A key that is nearly so called in that section, else one that is exactly so called in another, else one that is nearly so called anywhere.</summary>
    private static ConfigurationKey? FindNear(string section, string name)
    {
        var near = NearestName.Of(section, ConfigurationKeys.All.Select(key => key.Section).Distinct());
        return Near(ConfigurationKeys.All.Where(key => key.Section == near)) ??
            ConfigurationKeys.All.FirstOrDefault(key => IniDocument.IsSame(key.Name, name)) ??
            Near(ConfigurationKeys.All);

        ConfigurationKey? Near(IEnumerable<ConfigurationKey> keys) =>
            NearestName.Of(name, keys.Select(key => key.Name)) is { } found ? keys.First(key => key.Name == found) : null;
    }

    private static IEnumerable<ConfigurationProblem> FindContradictions(ConfigurationFiles files)
    {
        var key = ConfigurationKeys.RegisterWith;
        if (files.Find(key.Section, key.Name) is { } found && IniDocument.IsSame(found.Value, "account") &&
            new[] { ConfigurationKeys.AccountName, ConfigurationKeys.AccountPassword }.Any(needed => files.Find(needed.Section, needed.Name) is null))
        {
            yield return new ConfigurationProblem(
                true, $"{key} = account needs uid and password, the account's name and password ({found.File}, line {found.Line}).")
            {
                File = found.File,
                Line = found.Line,
                Section = key.Section,
                Key = key.Name,
                Value = found.Value,
            };
        }

        var (headers, endpoint) = (ConfigurationKeys.OtlpHeaders, ConfigurationKeys.OtlpEndpoint);
        if (files.Find(headers.Section, headers.Name) is { } secret && files.Find(endpoint.Section, endpoint.Name) is { } place &&
            Uri.TryCreate(place.Value, UriKind.Absolute, out var address) && address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
        {
            yield return new ConfigurationProblem(
                true, $"{headers} would be sent to {place.Value} in clear ({secret.File}, line {secret.Line}): use an https address, or one of this machine.")
            {
                File = secret.File,
                Line = secret.Line,
                Section = headers.Section,
                Key = headers.Name,
                Value = Masked,
            };
        }
    }

    private static IEnumerable<ConfigurationProblem> FindStrangers(ConfigurationFiles.Layer layer)
    {
        for (var index = 0; index < layer.Lines.Count; index++)
        {
            var line = layer.Lines[index];
            if (line.Kind == IniLineKind.Section && !ConfigurationKeys.All.Any(key => IniDocument.IsSame(key.Section, line.Section)))
            {
                var meant = NearestName.Of(line.Section, ConfigurationKeys.All.Select(key => key.Section));
                yield return Warning(
                    $"There is no section [{line.Section}]{(meant is null ? "." : $"; is [{meant}] meant?")} ({layer.File}, line {index + 1})", index, line.Section, null);
            }
            else if (line.Kind == IniLineKind.Entry && ConfigurationKeys.Find(line.Section, line.Key) is null)
            {
                yield return Warning($"{Unknown(line.Section, line.Key)} ({layer.File}, line {index + 1})", index, line.Section, line.Key);
            }
        }

        ConfigurationProblem Warning(string message, int index, string section, string? key) =>
            new(false, message) { File = layer.File, Line = index + 1, Section = section, Key = key };
    }

    private static IEnumerable<ConfigurationProblem> FindExposure(ConfigurationFiles.Layer layer)
    {
        if (layer.Status is not { } status)
        {
            yield break;
        }

        if (status.IsWritableByOthers)
        {
            yield return new ConfigurationProblem(
                false, $"{layer.File} can be written by other users, who so become root. Look at what is in it, then: chown root:root {layer.File}; chmod 600 {layer.File}")
            { File = layer.File };
        }

        var secret = ConfigurationKeys.All.FirstOrDefault(key => key.IsSecret && layer.Lines.Any(line => line.Is(key.Section, key.Name) && line.ValueLength > 0));
        if (secret is not null && status.IsReadableByOthers)
        {
            yield return new ConfigurationProblem(false, $"{layer.File} holds {secret} and can be read by every user of this machine: chmod 600 {layer.File}")
            { File = layer.File, Section = secret.Section, Key = secret.Name };
        }
    }
}
