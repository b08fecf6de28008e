namespace Ahenk.Package.Tests;

/// <summary>
/// A fresh, minimal Debian in a directory, made by debootstrap from the mirror that this machine's apt uses. No service starts in it, for there is no service manager; programs run in it by
/// chroot, in this machine's network.
/// </summary>
internal sealed class DebianSystem : IAsyncDisposable
{
    private DebianSystem(string directory) => Directory = directory;

    /// <summary>Its root.</summary>
    public string Directory { get; }

    /// <summary>Makes one.</summary>
    public static async Task<DebianSystem> CreateAsync(string suite)
    {
        // Not in /tmp, which may be mounted without devices.
        var system = new DebianSystem($"/var/tmp/ahenk-{suite}-{Guid.NewGuid():N}");
        try
        {
            await Tool.RunAsync("debootstrap", "--variant=minbase", suite, system.Directory, await MirrorAsync());
            await Tool.RunAsync("mount", "-t", "proc", "proc", system.Path("/proc"));
            await Tool.RunAsync("mount", "-t", "sysfs", "-o", "ro", "sysfs", system.Path("/sys"));
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a path of the system is in this machine.</summary>
    public string Path(string path) => Directory + path;

    /// <summary>Writes a file into the system, with directories above it.</summary>
    public void Write(string path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(path))!);
        File.WriteAllText(Path(path), text);
        File.SetUnixFileMode(Path(path), mode);
    }

    /// <summary>Runs a program in the system, which must succeed.</summary>
    public Task<string> RunAsync(params string[] command) => Tool.RunAsync("chroot", [Directory, .. command]);

    /// <summary>Runs a program in the system.</summary>
    public Task<(int Code, string Output)> TryAsync(string? input, params string[] command) => Tool.TryAsync(input, "chroot", [Directory, .. command]);

    /// <summary>Installs a package file, and from the mirror what it depends on.</summary>
    public async Task<string> InstallAsync(string package)
    {
        var name = "/root/" + System.IO.Path.GetFileName(package);
        File.Copy(package, Path(name), overwrite: true);
        return await RunAsync("apt-get", "install", "-y", "-q", "--no-install-recommends", name);
    }

    /// <summary>Everything in it whose name or folder is named after the agent.</summary>
    public async Task<IReadOnlyList<string>> TracesAsync() =>
        (await Tool.RunAsync("find", Directory, "-xdev", "-path", Directory + "/root", "-prune", "-o", "-path", $"{Directory}/*ahenk*", "-print"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(path => path[Directory.Length..]).ToList();

    public async ValueTask DisposeAsync()
    {
        foreach (var place in (string[])["/proc", "/sys"])
        {
            await Tool.TryAsync(null, "umount", "--lazy", Path(place));
        }

        // Whatever is still mounted there is somebody else's.
        if (File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains($" {Directory}/", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"Something is still mounted below {Directory}; unmount and remove it by hand.");
        }

        await Tool.RunAsync("rm", "-rf", "--one-file-system", Directory);
    }

    private static async Task<string> MirrorAsync()
    {
        var mirrors = await Tool.RunAsync("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)", "Created-By: Packages");
        return mirrors.Split('\n').FirstOrDefault(line => line.EndsWith(" Debian Debian", StringComparison.Ordinal))?.Split(' ')[0]
            ?? throw new InvalidOperationException("This machine's apt uses no mirror of Debian; these tests need one.");
    }
}
