using Ahenk.Silo.Control;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class LogSieveTests
{
    [Fact]
    public void One_line_passes_in_a_while_and_tells_how_many_did_not()
    {
        var clock = new FakeTimeProvider();
        var sieve = new LogSieve(clock, TimeSpan.FromMinutes(1));

        Assert.True(sieve.Passes(out var held));
        Assert.Equal(0, held);
        Assert.False(sieve.Passes(out _));
        Assert.False(sieve.Passes(out _));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(sieve.Passes(out held));
        Assert.Equal(2, held);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(sieve.Passes(out held));
        Assert.Equal(0, held);
    }
}
