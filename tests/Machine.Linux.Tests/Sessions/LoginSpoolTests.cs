using System.Text;
using Ahenk.Machine.Linux.Sessions;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Unit")]
public sealed class LoginSpoolTests : IDisposable
{
    /// <summary>O_RDWR: the framework's own ways of opening a file take locks.</summary>
    private const int ReadWrite = 2;

    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-spool-").FullName;
    private readonly LoginSpool _spool;

    public LoginSpoolTests() => _spool = new LoginSpool(_directory);

    private string Written => $"{_directory}/logins";

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_written_is_taken_once_and_kept_until_it_is_dealt_with()
    {
        Assert.Null(_spool.Take());
        Write("login\tayse\nlogout\tşükrü\n");

        Assert.Equal(["login\tayse", "logout\tşükrü"], _spool.Take()!.Lines);
        Write("login\tmehmet\n");
        Assert.Equal(["login\tayse", "logout\tşükrü"], new LoginSpool(_directory).Take()!.Lines);
        _spool.Forget();
        Assert.Equal(["login\tmehmet"], _spool.Take()!.Lines);
        _spool.Forget();

        Assert.Null(_spool.Take());
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    /// <summary>The hook has opened the file, and writes when it has been taken.</summary>
    [Fact]
    public async Task A_line_whose_writer_has_the_lock_is_waited_for_and_who_comes_later_sees_that_the_file_is_taken()
    {
        Write("login\tayse\n");
        using var early = FileCalls.Open(Written, ReadWrite | FileCalls.CloseOnExec);
        using var late = FileCalls.Open(Written, ReadWrite | FileCalls.CloseOnExec);
        Assert.Equal(0, FileCalls.Lock(early, 2));

        var taking = Task.Run(() => _spool.Take()!.Lines, TestContext.Current.CancellationToken);
        while (File.Exists(Written))
        {
            await Task.Yield();
        }

        RandomAccess.Write(early, "logout\tayse\n"u8, RandomAccess.GetLength(early));
        early.Dispose();

        Assert.Equal(["login\tayse", "logout\tayse"], await taking.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(late));
    }

    [Fact]
    public void A_directory_that_is_not_there_holds_nothing() => Assert.Null(new LoginSpool(_directory + "/none").Take());

    [Fact]
    public void No_more_than_64_KiB_of_whole_lines_are_read()
    {
        Write(string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 1000)));

        var lines = _spool.Take()!.Lines;

        Assert.Equal(655, lines.Count);
        Assert.All(lines, line => Assert.Equal(99, line.Length));
    }

    [Fact]
    public void A_link_is_not_followed_and_goes()
    {
        File.WriteAllText($"{_directory}/elsewhere", "login\troot\n");
        File.CreateSymbolicLink(Written, $"{_directory}/elsewhere");

        Refused("symbolic link");

        Assert.True(File.Exists($"{_directory}/elsewhere"));
    }

    [Fact]
    public void A_file_that_others_can_write_is_not_read()
    {
        Write("login\troot\n");
        File.SetUnixFileMode(Written, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        Refused("can write");
    }

    [Fact]
    public void A_file_of_another_user_is_not_read()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        Write("login\troot\n");
        Assert.Equal(0, ChangeOwner(Written, 65534, 65534));

        Refused("can write");
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        Assert.Equal(0, MakePipe(Written, 0x180));

        Refused("can write");
    }

    [Fact]
    public void Bytes_that_are_no_text_become_no_name()
    {
        File.WriteAllBytes(Written, [.. "login\ta"u8, 0xFF, .. "\n"u8]);
        File.SetUnixFileMode(Written, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(["login\ta\uFFFD"], _spool.Take()!.Lines);
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "chown", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int ChangeOwner(string path, uint user, uint group);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "mkfifo", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int MakePipe(string path, uint mode);

    private void Refused(string reason)
    {
        var taken = _spool.Take()!;
        Assert.Empty(taken.Lines);
        Assert.Contains(reason, taken.Problem, StringComparison.Ordinal);
        _spool.Forget();
        Assert.Null(_spool.Take());
    }

    private void Write(string text)
    {
        File.WriteAllText(Written, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.SetUnixFileMode(Written, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
