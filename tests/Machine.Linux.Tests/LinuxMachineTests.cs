using Ahenk.Machine.Linux.Inventory;
using Ahenk.Machine.Linux.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests;

[Trait("Category", "Integration")]
public sealed class LinuxMachineTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("ahenk-private-").FullName;

    private string Place => Path.Combine(_parent, "private");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void The_private_directory_is_the_owners_alone()
    {
        Assert.Equal(Place, Make().PrivateDirectory);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void What_an_earlier_run_left_is_gone()
    {
        Directory.CreateDirectory(Path.Combine(Place, "deep", "er"));
        File.WriteAllText(Path.Combine(Place, "deep", "secret"), "x");
        File.SetUnixFileMode(Place, (UnixFileMode)0x1FF);

        Make();

        Assert.Empty(Directory.GetFileSystemEntries(Place));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void A_link_in_its_place_is_replaced_and_not_followed()
    {
        var victim = Directory.CreateDirectory(Path.Combine(_parent, "victim")).FullName;
        File.WriteAllText(Path.Combine(victim, "file"), "x");
        Directory.CreateSymbolicLink(Place, victim);

        Make();

        Assert.True(File.Exists(Path.Combine(victim, "file")));
        Assert.Null(new DirectoryInfo(Place).LinkTarget);
    }

    [Fact]
    public void A_parent_that_is_missing_is_named()
    {
        var failure = Assert.Throws<IOException>(() => new LinuxMachine(
            new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance), new LinuxInventory(), NoPeople, $"{_parent}/no/private"));

        Assert.Contains($"{_parent}/no/private", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>No test here asks for them.</summary>
    private static PeopleServices NoPeople => new(null!, null!, null!, null!, null!);

    private LinuxMachine Make() => new(new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance), new LinuxInventory(), NoPeople, Place);
}
