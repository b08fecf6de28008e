namespace Ahenk.Configuration;

/// <summary>Changes keys in the files, and never so that a configuration which can be used cannot be used afterwards. Changes at once follow each other.</summary>
public static class ConfigurationChange
{
    /// <summary>Sets a key in the file that decides on it: the last one that has it, else the main file, which is made when there is none.</summary>
    /// <returns>Where it stands.</returns>
    /// <exception cref="ConfigurationException">A file cannot be changed, or would be wrong afterwards.</exception>
    public static IReadOnlyList<(string File, int? Line)> Set(string mainFile, ConfigurationKey key, string value)
    {
        using var held = ConfigurationLock.Take(mainFile);
        var files = ConfigurationFiles.Read(mainFile);
        var file = ConfigurationFile.Open(files.FindLast(key.Section, key.Name)?.File ?? files.MainFile);
        var line = file.Set(key.Section, key.Name, value);
        Save(files, file);
        return [(file.FullPath, line)];
    }

    /// <summary>Takes a key out of every file.</summary>
    /// <returns>The files it stood in.</returns>
    /// <exception cref="ConfigurationException">A file cannot be changed, or would be wrong afterwards.</exception>
    public static IReadOnlyList<(string File, int? Line)> Unset(string mainFile, ConfigurationKey key)
    {
        using var held = ConfigurationLock.Take(mainFile);
        var changed = new List<(string File, int? Line)>();
        while (true)
        {
            // Each file is written on its own, from the one that decides down: a crash leaves files that are each whole.
            var files = ConfigurationFiles.Read(mainFile);
            if (files.FindLast(key.Section, key.Name) is not { } found)
            {
                return changed;
            }

            var file = ConfigurationFile.Open(found.File);
            file.Remove(key.Section, key.Name);
            Save(files, file);
            changed.Add((file.FullPath, null));
        }
    }

    private static void Save(ConfigurationFiles before, ConfigurationFile file)
    {
        var known = ConfigurationCheck.Run(before).Where(problem => problem.IsError).Select(problem => (problem.Section, problem.Key, problem.File)).ToHashSet();
        var added = ConfigurationCheck.Run(ConfigurationFiles.Read(before.MainFile, file))
            .Where(problem => problem.IsError && !known.Contains((problem.Section, problem.Key, problem.File))).ToArray();
        if (added.Length > 0)
        {
            throw new ConfigurationException($"Nothing was changed, since the agent would not start with it: {string.Join(" ", added.Select(problem => problem.Message))}");
        }

        file.Save();
    }
}
