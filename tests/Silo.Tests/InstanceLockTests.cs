using Ahenk.Silo.Hosting;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class InstanceLockTests : IDisposable
{
    private readonly string _run = Directory.CreateTempSubdirectory("ahenk-lock-").FullName;
    private readonly string _state = Directory.CreateTempSubdirectory("ahenk-lock-").FullName;

    public void Dispose()
    {
        Directory.Delete(_run, recursive: true);
        Directory.Delete(_state, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_second_one_on_either_directory_is_refused_with_the_process_of_the_first(bool sameRun)
    {
        using var first = InstanceLock.Take(_run, _state);
        var other = Directory.CreateTempSubdirectory("ahenk-lock-").FullName;

        var refusal = Assert.Throws<AlreadyRunningException>(() => InstanceLock.Take(sameRun ? _run : other, sameRun ? other : _state));

        Assert.Contains($"(process {Environment.ProcessId})", refusal.Message, StringComparison.Ordinal);
        Directory.Delete(other, recursive: true);
    }

    [Fact]
    public void What_was_let_go_of_or_left_behind_is_no_obstacle()
    {
        File.WriteAllText(Path.Combine(_run, InstanceLock.FileName), "nonsense that was left behind");
        InstanceLock.Take(_run, _state).Dispose();

        InstanceLock.Take(_run, _state).Dispose();

        Assert.StartsWith($"{Environment.ProcessId,10}\n", File.ReadAllText(Path.Combine(_run, InstanceLock.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_refused_holds_nothing()
    {
        using (InstanceLock.Take(_state))
        {
            Assert.Throws<AlreadyRunningException>(() => InstanceLock.Take(_run, _state));
        }

        using var both = InstanceLock.Take(_run, _state);
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        var victim = Path.Combine(_state, "victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(Path.Combine(_run, InstanceLock.FileName), victim);

        var refusal = Assert.Throws<IOException>(() => InstanceLock.Take(_run));

        Assert.Contains(InstanceLock.FileName, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(victim));
    }

    [Fact]
    public void Two_names_of_one_directory_are_one() => InstanceLock.Take(_run, Path.Combine(_run, ".", "")).Dispose();
}
