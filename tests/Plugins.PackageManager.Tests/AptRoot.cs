using System.Security.Cryptography;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Tests;

/// <summary>A small system below a directory of its own, which the real apt and dpkg manage, and a repository of packages made here.</summary>
internal sealed class AptRoot(string root, ICommandRunner runner)
{
    private readonly string _system = Path.Combine(root, "system");

    /// <summary>The real programs, told that the small system is all there is. They trust its repository though nobody has signed it.</summary>
    public ICommandRunner Runner { get; } = new RedirectedRunner(runner, new Dictionary<string, string>
    {
        ["APT_CONFIG"] = Path.Combine(root, "apt.conf"),
        ["DPKG_ADMINDIR"] = Path.Combine(root, "system/var/lib/dpkg"),
    });

    public string Repository { get; } = Path.Combine(root, "repository");

    public string Source => $"deb file:{Repository} ./";

    public bool Has(string package) => File.Exists(Path.Combine(_system, "usr/share", package, "version"));

    public string VersionOf(string package) => File.ReadAllText(Path.Combine(_system, "usr/share", package, "version"));

    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        foreach (var directory in (string[])["info", "updates", "triggers"])
        {
            Directory.CreateDirectory(Path.Combine(_system, "var/lib/dpkg", directory));
        }

        foreach (var directory in (string[])["var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "etc/apt/preferences.d", "var/log/apt"])
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }

        Directory.CreateDirectory(Repository);
        await File.WriteAllTextAsync(Path.Combine(_system, "var/lib/dpkg/status"), "", cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(root, "apt.conf"),
            $$"""
            Dir "{{root}}/";
            Dir::State::status "{{_system}}/var/lib/dpkg/status";
            Dir::Bin::methods "/usr/lib/apt/methods/";
            Dir::Bin::dpkg "/usr/bin/dpkg";
            DPkg::Options { "--root={{_system}}"; "--force-not-root"; "--force-script-chrootless"; "--force-unsafe-io"; "--log={{root}}/var/log/dpkg.log"; };
            APT::Sandbox::User "root";
            APT::Get::AllowUnauthenticated "true";
            Acquire::AllowInsecureRepositories "true";
            """,
            cancellationToken);
    }

    /// <summary>Adds a package to the repository.</summary>
    public async Task AddAsync(string name, string version, string control, CancellationToken cancellationToken)
    {
        var tree = Path.Combine(root, "build", $"{name}-{version}");
        var description =
            $"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: {name}\n{control}";
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(tree, "usr/share", name));
        await File.WriteAllTextAsync(Path.Combine(tree, "DEBIAN/control"), description, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(tree, "usr/share", name, "version"), version, cancellationToken);

        var file = $"{name}_{version}_all.deb";
        var built = await runner.RunAsync(
            new CommandLine("dpkg-deb", "--root-owner-group", "--build", tree, Path.Combine(Repository, file)), cancellationToken);
        Assert.True(built.Succeeded, built.Error);

        var content = await File.ReadAllBytesAsync(Path.Combine(Repository, file), cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(Repository, "Packages"),
            $"{description}Filename: ./{file}\nSize: {content.Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(content))}\n\n",
            cancellationToken);
    }
}
