using System.Runtime.InteropServices;
using System.Text;
using Ahenk.Machine.Linux.Dialogs;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Tests.Dialogs;

/// <summary>Lines for terminals, on pseudo-terminals of the tests' own.</summary>
[Trait("Category", "Integration")]
public sealed partial class UserTerminalTests : IDisposable
{
    private const uint Owner = 54321;

    private readonly string _devices = Directory.CreateTempSubdirectory("ahenk-dev-").FullName;
    private readonly SafeFileHandle _master;
    private readonly string _terminal;

    public UserTerminalTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a terminal away");
        _master = OpenMaster(FileCalls.NoTerminal | 2);
        Assert.False(_master.IsInvalid);
        Assert.Equal(0, Unlock(_master));
        var name = new byte[64];
        Assert.Equal(0, NameOf(_master, name, (nuint)name.Length));
        _terminal = Encoding.ASCII.GetString(name).TrimEnd('\0')["/dev/".Length..];
        Assert.Equal(0, ChangeOwner($"/dev/{_terminal}", Owner, uint.MaxValue));
    }

    public void Dispose()
    {
        _master?.Dispose();
        Directory.Delete(_devices, recursive: true);
    }

    [Fact]
    public void Lines_arrive_without_control_characters()
    {
        Assert.True(Write(_terminal, "Merhaba ğ\u001b[2J\u0007\nikinci"));

        Assert.Equal("\r\nMerhaba ğ[2J\r\nikinci\r\n", Read());
    }

    [Fact]
    public void A_long_text_is_cut()
    {
        Write(_terminal, new string('x', 100_000));

        Assert.InRange(Read().Length, 1, 4096);
    }

    [Fact]
    public void Another_users_terminal_is_not_written_to()
    {
        Assert.False(UserTerminal.Write(new UserSession("1", "veli", Owner + 1) { Terminal = _terminal }, "x", "/dev"));
        Assert.False(UserTerminal.Write(new UserSession("1", "root", 0) { Terminal = _terminal }, "x", "/dev"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("../etc/passwd")]
    [InlineData("pts/../null")]
    [InlineData("pts/999999999")]
    [InlineData("tty1\n")]
    public void What_is_no_terminal_is_not_written_to(string? terminal) => Assert.False(Write(terminal, "x"));

    [Fact]
    public void A_file_or_link_in_a_terminals_place_is_not_written_to()
    {
        File.WriteAllText($"{_devices}/tty1", "");
        Assert.Equal(0, ChangeOwner($"{_devices}/tty1", Owner, uint.MaxValue));
        File.CreateSymbolicLink($"{_devices}/tty2", $"/dev/{_terminal}");

        Assert.False(UserTerminal.Write(Session("tty1"), "x", _devices));
        Assert.False(UserTerminal.Write(Session("tty2"), "x", _devices));
        Assert.Equal("", File.ReadAllText($"{_devices}/tty1"));
    }

    [Fact]
    public void A_terminal_that_takes_nothing_more_is_not_waited_for()
    {
        var isWritten = true;
        for (var line = 0; line < 100 && isWritten; line++)
        {
            isWritten = Write(_terminal, new string('x', 4000));
        }

        Assert.False(isWritten);
    }

    private static UserSession Session(string? terminal) => new("1", "ayse", Owner) { Terminal = terminal };

    private static bool Write(string? terminal, string text) => UserTerminal.Write(Session(terminal), text, "/dev");

    private string Read()
    {
        var buffer = new byte[8192];
        return Encoding.UTF8.GetString(buffer, 0, (int)ReadFrom(_master, buffer, (nuint)buffer.Length)).Replace("\r\r\n", "\r\n", StringComparison.Ordinal);
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial SafeFileHandle OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static partial int NameOf(SafeFileHandle master, [Out] byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFrom(SafeFileHandle file, [Out] byte[] buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
