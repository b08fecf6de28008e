using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Installing;

/// <summary>Installs plugins from Debian packages that Lider offers (LP 2.8): fetched, checked, then handed to dpkg.</summary>
public sealed partial class PluginInstaller(
    PluginInstallerOptions options, IFileTransfer files, IMachine machine, TimeProvider time, ILogger<PluginInstaller> logger) : IPluginInstaller
{
    private const string PackagePrefix = "ahenk-";
    private const int LockAttempts = 12;
    private static readonly TimeSpan LockRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan DpkgLimit = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<string?> InstallAsync(string plugin, PluginPackage package, CancellationToken cancellationToken)
    {
        if (options.Policy == PackagePolicy.Never)
        {
            return "[PLUGIN] package_policy = never: nothing is installed on this machine.";
        }

        var folder = Directory.CreateDirectory(
            Path.Combine(machine.PrivateDirectory, $"install-{Guid.NewGuid():N}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        try
        {
            return await InstallAsync(plugin, package, folder, cancellationToken);
        }
        catch (Exception failure) when (failure is FileServerException or JsonException or IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"Fetching the package took longer than {FetchLimit.TotalMinutes:0} min.";
        }
        catch (OperationCanceledException)
        {
            return "The agent stopped.";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<string?> InstallAsync(string plugin, PluginPackage package, string folder, CancellationToken cancellationToken)
    {
        var server = FileServer.FromJson(package.Source);
        var deb = Path.Combine(folder, "plugin.deb");
        using (var limit = new CancellationTokenSource(FetchLimit, time))
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken))
        {
            await files.FetchAsync(server, null, deb, stop.Token);
            if (await FindDistrust(server, deb, stop.Token) is { } distrust)
            {
                return distrust;
            }
        }

        if (package.Md5 is { } expected && await Md5Sum.OfAsync(deb, cancellationToken) is var actual && !string.Equals(actual, expected.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            return $"The package's MD5 sum is {actual} and not the {expected} that Lider named: it was damaged or changed on its way.";
        }

        var name = await machine.Commands.RunAsync(new CommandLine("dpkg-deb", "--field", deb, "Package"), cancellationToken);
        if (!name.Succeeded)
        {
            return $"What was fetched is not a Debian package: {LastLine(name)}";
        }

        if (name.Output.Trim() is var found && found != PackagePrefix + plugin)
        {
            return $"The package is called '{found}', where the package of this plugin must be called '{PackagePrefix}{plugin}'.";
        }

        return await RunDpkg(deb, cancellationToken);
    }

    /// <summary>Why the package may not be installed by the policy.</summary>
    private async Task<string?> FindDistrust(FileServer server, string deb, CancellationToken cancellationToken)
    {
        if (options.Policy == PackagePolicy.Any || (options.Policy == PackagePolicy.Trusted && ProvesItsOrigin(server)))
        {
            return null;
        }

        if (options.Keyring is not { } keyring)
        {
            return options.Policy == PackagePolicy.Signed
                ? "[PLUGIN] package_policy = signed needs a package_keyring."
                : "The package comes over plain HTTP and nothing proves who made it. Serve it over SFTP or HTTPS, sign it ([PLUGIN] package_keyring), or allow it with [PLUGIN] package_policy = any.";
        }

        var signature = deb + ".asc";
        await files.FetchAsync(server with { Path = server.Path + ".asc", Url = server.Url + ".asc" }, null, signature, cancellationToken);
        var check = await machine.Commands.RunAsync(new CommandLine("gpgv", "--keyring", keyring, signature, deb), cancellationToken);
        return check.Succeeded ? null : $"The package's signature was not made by a key of {keyring}: {LastLine(check)}";
    }

    private static bool ProvesItsOrigin(FileServer server) =>
        server.Protocol == FileProtocol.Ssh || (server.Url?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ?? false);

    private async Task<string?> RunDpkg(string deb, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var dpkg = await machine.Commands.RunAsync(
                new CommandLine("dpkg", "--force-confdef", "--force-confold", "--install", deb)
                {
                    Environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" },
                    TimeLimit = DpkgLimit,
                    Keep = KeptPart.End,
                },
                cancellationToken);
            if (dpkg.Succeeded)
            {
                return null;
            }

            if (attempt < LockAttempts && dpkg.Error.Contains("lock", StringComparison.Ordinal) && dpkg.Error.Contains("another process", StringComparison.Ordinal))
            {
                LogLocked(LockRetry.TotalSeconds);
                await Task.Delay(LockRetry, time, cancellationToken);
                continue;
            }

            return dpkg.TimedOut ? $"dpkg did not end within {DpkgLimit.TotalMinutes:0} min." : $"dpkg ended with exit code {dpkg.ExitCode}: {LastLine(dpkg)}";
        }
    }

    private static string LastLine(CommandResult result) =>
        result.StartError ?? result.Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"exit code {result.ExitCode}";

    [LoggerMessage(1381, LogLevel.Information, "[PLUGIN] Another program holds dpkg's lock; next attempt in {Seconds} s")]
    private partial void LogLocked(double seconds);
}
