using System.ComponentModel;
using System.Diagnostics;

namespace Ahenk.FileServers;

/// <summary>Short programs that prepare a server.</summary>
internal static class Tool
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="FileServerTestException">It is missing or failed.</exception>
    public static async Task RunAsync(string package, string input, string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        using var process = new Process { StartInfo = info };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            throw new FileServerTestException($"'{program}' is not on this machine: install Debian's package {package} (apt-get install {package}).");
        }

        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new FileServerTestException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {await output}{await error}");
        }
    }
}
