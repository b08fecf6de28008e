using Ahenk.Silo.Diagnostics;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class MetricsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-metrics-").FullName;

    private string File => Path.Combine(_folder, "ahenk.prom");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Everybody_can_read_it_and_nothing_else_is_left_beside_it()
    {
        MetricsFile.Write(File, "a 1\n");

        Assert.Equal("a 1\n", System.IO.File.ReadAllText(File));
        Assert.Equal("644", Convert.ToString((int)System.IO.File.GetUnixFileMode(File), 8));
        Assert.Equal([File], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Who_reads_it_while_it_is_written_anew_has_the_old_one_whole()
    {
        MetricsFile.Write(File, "old 1\n");
        using var reader = new StreamReader(File);

        MetricsFile.Write(File, "new 22\n");

        Assert.Equal("old 1\n", reader.ReadToEnd());
        Assert.Equal("new 22\n", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_link_in_its_place_is_replaced_and_not_followed()
    {
        var other = Path.Combine(_folder, "other");
        System.IO.File.WriteAllText(other, "untouched");
        System.IO.File.CreateSymbolicLink(File, other);
        System.IO.File.CreateSymbolicLink(Path.Combine(_folder, ".ahenk.prom.new"), other);

        MetricsFile.Write(File, "a 1\n");

        Assert.Equal("untouched", System.IO.File.ReadAllText(other));
        Assert.Null(new FileInfo(File).LinkTarget);
        Assert.Equal("a 1\n", System.IO.File.ReadAllText(File));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherWrite | UnixFileMode.StickyBit)]
    public void Nothing_is_written_where_others_could_put_something_in_its_way(UnixFileMode more)
    {
        System.IO.File.SetUnixFileMode(_folder, System.IO.File.GetUnixFileMode(_folder) | more);

        var refusal = Assert.Throws<IOException>(() => MetricsFile.Write(File, "a 1\n"));

        Assert.Contains($"chmod 755 {_folder}", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Nor_below_such_a_directory()
    {
        var below = Directory.CreateDirectory(Path.Combine(_folder, "below")).FullName;
        System.IO.File.SetUnixFileMode(_folder, System.IO.File.GetUnixFileMode(_folder) | UnixFileMode.OtherWrite);

        Assert.Throws<IOException>(() => MetricsFile.Write(Path.Combine(below, "ahenk.prom"), "a 1\n"));
    }

    [Fact]
    public void A_directory_that_is_missing_is_named() =>
        Assert.Contains($"{_folder}/none", Assert.Throws<IOException>(() => MetricsFile.Write($"{_folder}/none/a.prom", "")).Message, StringComparison.Ordinal);
}
