namespace Ahenk.Machine.Linux.Tests;

[Trait("Category", "Unit")]
public sealed class MachineBootTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ahenk-boot-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_kernel_names_this_run_and_always_the_same() => Assert.Equal(new MachineBoot().Id, new MachineBoot().Id);

    [Fact]
    public void The_name_is_the_kernels()
    {
        Put("1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\n");

        Assert.Equal("1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", new MachineBoot(_root).Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("no id\n")]
    public void A_machine_that_does_not_tell_is_an_error(string? text)
    {
        if (text is not null)
        {
            Put(text);
        }

        Assert.Contains("boot_id", Assert.Throws<IOException>(() => new MachineBoot(_root)).Message, StringComparison.Ordinal);
    }

    private void Put(string text)
    {
        Directory.CreateDirectory($"{_root}/proc/sys/kernel/random");
        File.WriteAllText($"{_root}/proc/sys/kernel/random/boot_id", text);
    }
}
