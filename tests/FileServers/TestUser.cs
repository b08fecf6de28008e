using System.Globalization;
using System.Security.Cryptography;

namespace Ahenk.FileServers;

/// <summary>
/// Whom a test logs in as: a system user that exists while the test runs, with a password. Where the tests do not run as root, it is whoever runs them, and
/// there is no password.
/// </summary>
internal sealed class TestUser : IAsyncDisposable
{
    private const string Prefix = "ahenk-test-";
    private static readonly SemaphoreSlim OneAtATime = new(1);

    private readonly bool _isOwn;

    private TestUser(string name, string? password, bool isOwn)
    {
        Name = name;
        Password = password;
        _isOwn = isOwn;
    }

    public string Name { get; }

    public string? Password { get; }

    public static async Task<TestUser> CreateAsync(string home)
    {
        if (Environment.UserName != "root")
        {
            return new TestUser(Environment.UserName, null, isOwn: false);
        }

        await OneAtATime.WaitAsync();
        try
        {
            await RemoveLeftoversAsync();
            var name = string.Create(
                CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
            var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
            await Tool.RunAsync("passwd", "", "useradd", "--system", "--no-create-home", "--home-dir", home, "--shell", "/usr/sbin/nologin", name);
            await Tool.RunAsync("passwd", $"{name}:{password}\n", "chpasswd");
            await Tool.RunAsync("coreutils", "", "chown", name, home);
            return new TestUser(name, password, isOwn: true);
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOwn)
        {
            await OneAtATime.WaitAsync();
            try
            {
                await RemoveAsync(Name);
            }
            finally
            {
                OneAtATime.Release();
            }
        }
    }

    // A test run that was killed could not tidy up. Its process's id is in the name.
    private static async Task RemoveLeftoversAsync()
    {
        foreach (var line in await File.ReadAllLinesAsync("/etc/passwd"))
        {
            var name = line.Split(':')[0];
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && !Directory.Exists($"/proc/{name[Prefix.Length..].Split('-')[0]}"))
            {
                await RemoveAsync(name);
            }
        }
    }

    private static Task RemoveAsync(string name) => Tool.RunAsync("passwd", "", "userdel", "--force", name);
}
