using System.Buffers.Binary;
using System.Text;
using Ahenk.FileTransfer.Ssh;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Unit")]
public sealed class HostKeyStoreTests : IDisposable
{
    private readonly Bed _bed = new();
    private readonly HostKeyStore _store;
    private readonly string _file;

    public HostKeyStoreTests()
    {
        _file = _bed.Options.KnownHostsFile;
        _store = new HostKeyStore(_file);
    }

    public void Dispose() => _bed.Dispose();

    [Fact]
    public void The_first_key_is_recorded_in_openssh_form_for_the_owner_alone()
    {
        Assert.True(_store.Check("Files.Example", 2222, Key("ssh-ed25519", 1)));

        Assert.Equal($"[files.example]:2222 ssh-ed25519 {Convert.ToBase64String(Key("ssh-ed25519", 1))}\n", File.ReadAllText(_file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_file));
        Assert.False(_store.Check("files.example", 2222, Key("ssh-ed25519", 1)));
    }

    [Fact]
    public void Another_key_is_refused_with_the_line_to_remove()
    {
        File.WriteAllText(_file, "# ours\n\n");
        _store.Check("first", 22, Key("ssh-ed25519", 1));
        _store.Check("second", 22, Key("ssh-ed25519", 2));

        var refusal = Assert.Throws<HostKeyException>(() => _store.Check("second", 22, Key("ssh-ed25519", 3)));

        Assert.Contains($"remove line 4 of {_file}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(HostKey.Parse(Key("ssh-ed25519", 3))!.Fingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("# ours\n\n[first]:22 ", File.ReadAllText(_file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_type_is_another_key()
    {
        _store.Check("files", 22, Key("ssh-ed25519", 1));

        Assert.Throws<HostKeyException>(() => _store.Check("files", 22, Key("ssh-rsa", 1)));
    }

    [Fact]
    public void Other_ports_and_hosts_are_other_servers()
    {
        _store.Check("files", 22, Key("ssh-ed25519", 1));

        Assert.True(_store.Check("files", 2222, Key("ssh-ed25519", 2)));
        Assert.True(_store.Check("file", 22, Key("ssh-ed25519", 3)));
        Assert.True(_store.Check("::1", 22, Key("ssh-ed25519", 4)));
        Assert.False(_store.Check("::1", 22, Key("ssh-ed25519", 4)));
    }

    [Fact]
    public void What_ssh_keyscan_writes_is_understood()
    {
        var (ed25519, rsa) = (Convert.ToBase64String(Key("ssh-ed25519", 1)), Convert.ToBase64String(Key("ssh-rsa", 2)));
        File.WriteAllText(_file, $"# files:22 SSH-2.0-OpenSSH\nfiles,10.0.0.5 ssh-ed25519 {ed25519}\nfiles ssh-rsa\t{rsa} a comment\n");

        Assert.False(_store.Check("files", 22, Key("ssh-rsa", 2)));
        Assert.False(_store.Check("10.0.0.5", 22, Key("ssh-ed25519", 1)));
        Assert.Throws<HostKeyException>(() => _store.Check("files", 22, Key("ssh-ed25519", 3)));
        Assert.Equal([2, 3], _store.Find("files", 22).Select(entry => entry.Line));
        Assert.Empty(_store.Find("files", 2222));
    }

    [Theory]
    [InlineData("[a]:22 ssh-ed25519")]
    [InlineData("[a]:22 ssh-ed25519 AAAA")]
    [InlineData("[a]:22 ssh-ed25519 not-base64!")]
    [InlineData("|1|salt=|hash= ssh-ed25519 KEY")]
    [InlineData("@revoked a ssh-ed25519 KEY")]
    [InlineData("*.example ssh-ed25519 KEY")]
    [InlineData("[a]:22 ssh-rsa KEY")]
    [InlineData("[a]:22 ssh-dss DSS")]
    public void A_line_that_is_not_understood_makes_the_file_unusable(string line)
    {
        line = line.Replace("KEY", Convert.ToBase64String(Key("ssh-ed25519", 1)), StringComparison.Ordinal)
            .Replace("DSS", Convert.ToBase64String(Key("ssh-dss", 1)), StringComparison.Ordinal);
        File.WriteAllText(_file, $"\n{line}\n");

        var refusal = Assert.Throws<HostKeyException>(() => _store.Check("b", 22, Key("ssh-ed25519", 1)));

        Assert.Contains($"Line 2 of {_file} is not understood", refusal.Message, StringComparison.Ordinal);
        Assert.Equal($"\n{line}\n", File.ReadAllText(_file));
    }

    [Fact]
    public void A_file_that_others_may_write_is_not_trusted()
    {
        _store.Check("files", 22, Key("ssh-ed25519", 1));
        File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);

        Assert.Contains("0600", Assert.Throws<HostKeyException>(() => _store.Find("files", 22)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_cannot_be_recorded_is_not_accepted()
    {
        var store = new HostKeyStore(_bed.PathOf("missing/known_hosts"));

        Assert.Contains("could not be recorded", Assert.Throws<HostKeyException>(() => store.Check("files", 22, Key("ssh-ed25519", 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_power_cut_left_behind_is_no_obstacle()
    {
        File.WriteAllText(_file + ".new", "half");

        Assert.True(_store.Check("files", 22, Key("ssh-ed25519", 1)));
        Assert.False(File.Exists(_file + ".new"));
    }

    [Fact]
    public void Servers_that_are_seen_at_the_same_time_are_all_recorded()
    {
        Parallel.For(1, 51, number => Assert.True(_store.Check($"host{number}", 22, Key("ssh-ed25519", (byte)number))));

        Assert.All(Enumerable.Range(1, 50), number => Assert.Single(_store.Find($"host{number}", 22)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00000000")]
    [InlineData("FFFFFFFF73")]
    [InlineData("0000000373736873736873")]
    public void Bytes_that_are_no_key_are_refused(string hex) =>
        Assert.Throws<HostKeyException>(() => _store.Check("files", 22, Convert.FromHexString(hex)));

    private static byte[] Key(string type, byte content)
    {
        var blob = new byte[4 + type.Length + 4 + 32];
        BinaryPrimitives.WriteInt32BigEndian(blob, type.Length);
        Encoding.ASCII.GetBytes(type, blob.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(blob.AsSpan(4 + type.Length), 32);
        blob.AsSpan(8 + type.Length).Fill(content);
        return blob;
    }
}
