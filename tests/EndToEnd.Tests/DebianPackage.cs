using System.Diagnostics;

namespace Ahenk.EndToEnd.Tests;

/// <summary>A package of a plugin, made on the spot. Its files go into the agent's own plugin directory; it is purged when it is disposed.</summary>
internal sealed class DebianPackage : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-deb-").FullName;

    private DebianPackage(string name) => _name = name;

    /// <summary>The package.</summary>
    public string File => Path.Combine(_folder, "package.deb");

    /// <summary>Makes one.</summary>
    /// <param name="name">The package's name.</param>
    /// <param name="source">The folder to ship.</param>
    /// <param name="target">Where it is installed.</param>
    public static async Task<DebianPackage> BuildAsync(string name, string source, string target)
    {
        var package = new DebianPackage(name);
        var root = Path.Combine(package._folder, "root");
        var control = Directory.CreateDirectory(Path.Combine(root, "DEBIAN")).FullName;
        await System.IO.File.WriteAllTextAsync(
            Path.Combine(control, "control"), $"Package: {name}\nVersion: 1.0.0\nArchitecture: all\nMaintainer: Tests <tests@ahenk.example>\nDescription: a plugin for tests\n");
        var shipped = Directory.CreateDirectory(root + target).FullName;
        foreach (var file in Directory.EnumerateFiles(source))
        {
            System.IO.File.Copy(file, Path.Combine(shipped, Path.GetFileName(file)));
        }

        await RunAsync("dpkg-deb", "--root-owner-group", "--build", root, package.File);
        return package;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunAsync("dpkg", "--purge", _name);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {error}");
    }
}
