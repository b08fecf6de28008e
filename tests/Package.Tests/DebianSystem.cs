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

    /// <summary>Makes one by debootstrap.</summary>
    public static Task<DebianSystem> CreateAsync(string suite) =>
        PrepareAsync(suite, async directory => await Tool.RunAsync("debootstrap", "--variant=minbase", suite, directory, await MirrorAsync()));

    /// <summary>Makes another one like this.</summary>
    public async Task<DebianSystem> CopyAsync()
    {
        var copy = await PrepareAsync("copy", directory => Tool.RunAsync("cp", "--archive", "--one-file-system", "--reflink=auto", Directory, directory));
        await Tool.RunAsync("mount", "-t", "proc", "proc", copy.Path("/proc"));
        await Tool.RunAsync("mount", "-t", "sysfs", "-o", "ro", "sysfs", copy.Path("/sys"));
        return copy;
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
        foreach (var place in Mounted())
        {
            await Tool.RunAsync("umount", "--lazy", place);
        }

        await Tool.RunAsync("rm", "-rf", "--one-file-system", Directory);
    }

    /// <summary>What is mounted below, the innermost first: what debootstrap left when it failed, too.</summary>
    private List<string> Mounted() =>
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(place => place.StartsWith(Directory + "/", StringComparison.Ordinal)).Reverse().ToList();

    private static async Task<DebianSystem> PrepareAsync(string name, Func<string, Task> fill)
    {
        // Not in /tmp, which may be mounted without devices.
        var system = new DebianSystem($"/var/tmp/ahenk-{name}-{Guid.NewGuid():N}");
        try
        {
            await fill(system.Directory);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> MirrorAsync()
    {
        var mirrors = await Tool.RunAsync("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)", "Created-By: Packages");
        return mirrors.Split('\n').FirstOrDefault(line => line.EndsWith(" Debian Debian", StringComparison.Ordinal))?.Split(' ')[0]
            ?? throw new InvalidOperationException("This machine's apt uses no mirror of Debian; these tests need one.");
    }
}
