using System.Diagnostics;
using System.Reflection;

namespace Ahenk.Package.Tests;

/// <summary>Runs the programs of a Debian system that the tests need.</summary>
internal static class Tool
{
    /// <summary>The project's folder.</summary>
    public static string Root { get; } = Path.GetFullPath(
        typeof(Tool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Root").Value!);

    /// <summary>A file of the project.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to standard output, and to standard error behind it.</returns>
    public static async Task<(int Code, string Output)> TryAsync(string? input, string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.StartInfo.Environment["LC_ALL"] = "C.UTF-8";
        process.StartInfo.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        process.Start();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Runs a program that must succeed.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryAsync(null, program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }
}
