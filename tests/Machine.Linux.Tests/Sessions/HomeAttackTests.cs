using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

/// <summary>What users may put in the way.</summary>
[Trait("Category", "Integration")]
public sealed class HomeAttackTests : HomeTest
{
    private const string Wanted = "one/two/file";

    private static readonly string[] Targets =
        ["/etc/shadow", "/etc", "../", "../../../../../../..", "OUTSIDE", "OUTSIDE/victim", "nowhere", "/proc/self/root", "PIPE", "."];

    public static TheoryData<string, string> Links()
    {
        var links = new TheoryData<string, string>();
        foreach (var component in new[] { "one", "one/two", Wanted })
        {
            foreach (var target in Targets)
            {
                links.Add(component, target);
            }
        }

        return links;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void A_link_on_the_way_is_not_followed(string component, string target)
    {
        MakePipe($"{Home}/pipe");
        Prepare(component);
        Link(target.Replace("OUTSIDE", Outside, StringComparison.Ordinal).Replace("PIPE", $"{Home}/pipe", StringComparison.Ordinal), $"{Home}/{component}");
        Give($"{Home}/{component}");
        var shadow = File.ReadAllText("/etc/shadow");

        Refused();

        Assert.Equal(shadow, File.ReadAllText("/etc/shadow"));
        Assert.NotNull(new FileInfo($"{Home}/{component}").LinkTarget);
    }

    [Theory]
    [InlineData("one")]
    [InlineData("one/two")]
    [InlineData(Wanted)]
    public void A_pipe_on_the_way_neither_blocks_nor_is_replaced(string component)
    {
        Prepare(component);
        MakePipe($"{Home}/{component}");

        Refused();
    }

    [Theory]
    [InlineData("one")]
    [InlineData("one/two")]
    public void A_directory_of_somebody_else_on_the_way_is_not_entered(string component)
    {
        MakeDirectory($"{Home}/one");
        MakeDirectory($"{Home}/one/two");
        MakeFile($"{Home}/{Wanted}", "x");
        Give($"{Home}/{component}", 1234);

        Refused();
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_left_alone()
    {
        Prepare(Wanted);
        MakeDirectory($"{Home}/{Wanted}");

        Refused();
    }

    [Fact]
    public void A_file_of_somebody_else_is_left_alone()
    {
        Prepare(Wanted);
        MakeFile($"{Home}/{Wanted}", "another's", user: 1234);

        Refused();
        Assert.Equal("another's", File.ReadAllText($"{Home}/{Wanted}"));
    }

    [Fact]
    public void A_hard_link_to_a_file_of_somebody_else_is_left_alone()
    {
        Prepare(Wanted);
        var roots = MakeFile($"{Outside}/roots", "root's", user: 0);
        HardLink(roots, $"{Home}/{Wanted}");

        Assert.Throws<HomeFileException>(() => Write(Wanted, "x"));
        Assert.Throws<HomeFileException>(() => Read(Wanted));
        Assert.Throws<HomeFileException>(() => Files.Delete(Account, Wanted));
        Assert.Equal("root's", File.ReadAllText(roots));
        Assert.Equal(0u, Owner(roots).User);
    }

    [Fact]
    public void A_hard_link_to_the_users_own_file_elsewhere_does_not_carry_the_content_there()
    {
        Prepare(Wanted);
        HardLink(Victim, $"{Home}/{Wanted}");

        Write(Wanted, "new");

        Assert.Equal("new", Read(Wanted));
        NothingOutsideChanged();
    }

    [Fact]
    public void A_huge_file_is_not_read_and_can_be_replaced()
    {
        Prepare(Wanted);
        using (var huge = File.Create($"{Home}/{Wanted}"))
        {
            huge.SetLength(1L << 40);
        }

        Give($"{Home}/{Wanted}");
        Assert.Throws<HomeFileException>(() => Read(Wanted));
        Write(Wanted, "small");
        Assert.Equal("small", Read(Wanted));
    }

    [Fact]
    public void A_file_that_says_nothing_of_its_size_is_read_no_further_than_the_limit()
    {
        // As a file that grows while it is read: statx says 0, and the content does not end.
        using var file = FileCalls.Open("/dev/zero", FileCalls.ReadOnly | FileCalls.CloseOnExec);
        Assert.Null(HomeFiles.ReadAll(file, 100_000, failure => throw failure));
    }

    [Fact]
    public async Task A_directory_that_is_exchanged_for_a_link_all_the_time_leads_nowhere()
    {
        MakeDirectory($"{Home}/one");
        MakeDirectory($"{Home}/one/two");
        Link(Outside, $"{Home}/trap");
        MakeDirectory($"{Outside}/two");
        MakeFile($"{Outside}/two/file", "untouched");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var running = new SemaphoreSlim(0);
        var attacker = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Assert.Equal(0, Exchange($"{Home}/one", $"{Home}/trap"));
                    if (running.CurrentCount == 0)
                    {
                        running.Release();
                    }
                }
            },
            CancellationToken.None);
        await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (written, refused) = (0, 0);
        while (!limit.IsCancellationRequested && (written + refused < 2000 || written == 0 || refused == 0))
        {
            try
            {
                Write(Wanted, "new");
                written++;
            }
            catch (HomeFileException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await attacker;
        Assert.True(written > 0 && refused > 0, $"{written} written, {refused} refused: there was no race.");
        Assert.Equal("untouched", File.ReadAllText($"{Outside}/two/file"));
        Assert.Equal([$"{Outside}/two/file"], Directory.GetFiles($"{Outside}/two"));
        Directory.Delete($"{Outside}/two", recursive: true);
        NothingOutsideChanged();
    }

    /// <summary>Makes the directories before a component.</summary>
    private void Prepare(string component)
    {
        var path = Home;
        foreach (var name in component.Split('/')[..^1])
        {
            path = MakeDirectory($"{path}/{name}");
        }
    }

    private void Refused()
    {
        Assert.Throws<HomeFileException>(() => Write(Wanted, "x"));
        Assert.Throws<HomeFileException>(() => Read(Wanted));
        Assert.Throws<HomeFileException>(() => Files.Delete(Account, Wanted));
        NothingOutsideChanged();
    }
}
