namespace Ahenk.Machine.Linux.Processes;

/// <summary>Finds programs as execvp does.</summary>
internal static class ProgramSearch
{
    /// <summary>The file of a program: a path as it is, a name by the first directory that has it as an executable file.</summary>
    /// <returns>The file, or <see langword="null"/>.</returns>
    public static string? Find(string program, string searchPath)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return program;
        }

        foreach (var directory in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var file = $"{directory}/{program}";
            if (File.Exists(file) && Libc.Access(file, Libc.ExecuteAccess) == 0)
            {
                return file;
            }
        }

        return null;
    }
}
