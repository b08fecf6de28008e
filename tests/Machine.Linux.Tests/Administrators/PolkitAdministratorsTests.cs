using Ahenk.Machine.Linux.Administrators;

namespace Ahenk.Machine.Linux.Tests.Administrators;

[Trait("Category", "Unit")]
[Collection("processes")]
public sealed class PolkitAdministratorsTests : IDisposable
{
    private const UnixFileMode AllMayRead = (UnixFileMode)0x1A4; // 0644

    private readonly PolkitRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task The_file_names_exactly_the_present_users_and_goes_with_the_last()
    {
        _root.WithRules();

        Assert.Null(await _root.SetAsync("mehmet", "ayse", "mehmet"));
        Assert.Equal(PolkitRules.Make(["ayse", "mehmet"]), File.ReadAllText(_root.RulesFile));
        Assert.Equal(AllMayRead, File.GetUnixFileMode(_root.RulesFile));

        Assert.Null(await _root.SetAsync("mehmet"));
        Assert.Equal(PolkitRules.Make(["mehmet"]), File.ReadAllText(_root.RulesFile));

        Assert.Null(await _root.SetAsync());
        Assert.Empty(Directory.GetFileSystemEntries(_root.RulesDirectory));
        Assert.Null(await _root.SetAsync());
    }

    [Fact]
    public async Task The_same_users_do_not_make_polkit_read_its_rules_again()
    {
        _root.WithRules();
        await _root.SetAsync("ayse", "mehmet");
        File.SetLastWriteTimeUtc(_root.RulesFile, DateTime.UnixEpoch);

        await _root.SetAsync("mehmet", "ayse");

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(_root.RulesFile));
    }

    [Theory]
    [InlineData("other text")]
    [InlineData("same length")]
    [InlineData("mode")]
    public async Task A_file_that_somebody_has_changed_is_put_right(string how)
    {
        _root.WithRules();
        await _root.SetAsync("ayse");
        var text = await File.ReadAllTextAsync(_root.RulesFile, TestContext.Current.CancellationToken);
        switch (how)
        {
            case "mode":
                File.SetUnixFileMode(_root.RulesFile, (UnixFileMode)0x1B6); // 0666
                break;
            default:
                await File.WriteAllTextAsync(_root.RulesFile, how == "same length" ? text.ToUpperInvariant() : how, TestContext.Current.CancellationToken);
                break;
        }

        Assert.Null(await _root.SetAsync("ayse"));

        Assert.Equal(text, await File.ReadAllTextAsync(_root.RulesFile, TestContext.Current.CancellationToken));
        Assert.Equal(AllMayRead, File.GetUnixFileMode(_root.RulesFile));
    }

    [Fact]
    public async Task Links_in_the_way_are_replaced_and_not_followed()
    {
        _root.WithRules();
        var victim = $"{_root.Path}/victim";
        await File.WriteAllTextAsync(victim, "untouched", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_root.RulesFile, victim);
        File.CreateSymbolicLink($"{_root.RulesDirectory}/.39-ahenk.rules.new", victim);

        Assert.Null(await _root.SetAsync("ayse"));

        Assert.Equal("untouched", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
        Assert.Null(new FileInfo(_root.RulesFile).LinkTarget);
        Assert.Equal([_root.RulesFile], Directory.GetFileSystemEntries(_root.RulesDirectory));

        File.Delete(_root.RulesFile);
        File.CreateSymbolicLink(_root.RulesFile, victim);
        Assert.Null(await _root.SetAsync());
        Assert.Equal("untouched", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_directory_that_is_a_link_is_left_alone()
    {
        Directory.CreateDirectory($"{_root.Path}/elsewhere");
        Directory.CreateDirectory($"{_root.Path}/etc/polkit-1");
        Directory.CreateSymbolicLink(_root.RulesDirectory, $"{_root.Path}/elsewhere");

        Assert.Contains("rules.d' cannot be opened", await _root.SetAsync("ayse"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries($"{_root.Path}/elsewhere"));
    }

    [Fact]
    public async Task A_directory_that_others_may_write_to_is_left_alone()
    {
        _root.WithRules();
        File.SetUnixFileMode(_root.RulesDirectory, (UnixFileMode)0x1FD); // 0775

        Assert.Contains("run chmod go-w on it", await _root.SetAsync("ayse"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root.RulesDirectory));
    }

    [Fact]
    public async Task Only_root_and_polkits_own_user_may_own_the_directory()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a directory away");
        const int Owner = 54321;
        _root.WithRules();
        await FileServers.Tool.RunAsync("coreutils", "", "chown", $"{Owner}", _root.RulesDirectory);

        Assert.Contains("does not belong to root", await _root.SetAsync("ayse"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root.RulesDirectory));

        await File.WriteAllTextAsync(
            $"{_root.Path}/etc/passwd", $"root:x:0:0:root:/root:/bin/bash\npolkitd:x:{Owner}:996:polkit:/:/usr/sbin/nologin\n", TestContext.Current.CancellationToken);
        Assert.Null(await _root.SetAsync("ayse"));
        Assert.True(File.Exists(_root.RulesFile));
    }

    [Fact]
    public async Task What_cannot_be_replaced_is_said()
    {
        _root.WithRules();
        Directory.CreateDirectory(_root.RulesFile);

        Assert.Contains("39-ahenk.rules' could not be changed", await _root.SetAsync("ayse"), StringComparison.Ordinal);
        Assert.Equal([_root.RulesFile], Directory.GetFileSystemEntries(_root.RulesDirectory));
        Assert.Contains("39-ahenk.rules' could not be changed", await _root.SetAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1000")]
    [InlineData("-1")]
    [InlineData("root,unix-user:mehmet")]
    [InlineData("a\nb")]
    [InlineData("a:b")]
    [InlineData("😀")]
    public async Task A_name_that_polkit_could_take_for_something_else_is_refused_and_the_others_are_not(string name)
    {
        _root.WithRules();

        Assert.Contains("was not made an administrator", await _root.SetAsync(name, "ayse"), StringComparison.Ordinal);
        Assert.Equal(PolkitRules.Make(["ayse"]), File.ReadAllText(_root.RulesFile));

        Assert.Contains("was not made an administrator", await _root.SetAsync(name), StringComparison.Ordinal);
        Assert.False(File.Exists(_root.RulesFile));
    }

    [Fact]
    public async Task Without_polkit_that_is_said_when_there_is_somebody_to_be_named()
    {
        Assert.Contains("install the package polkitd", await _root.SetAsync("ayse"), StringComparison.Ordinal);
        Assert.Null(await _root.SetAsync());
        Assert.Empty(Directory.GetFileSystemEntries(_root.Path));
    }

    [Fact]
    public async Task Calls_at_the_same_time_leave_one_whole_file()
    {
        _root.WithRules();
        using var administrators = new PolkitAdministrators(Microsoft.Extensions.Logging.Abstractions.NullLogger<PolkitAdministrators>.Instance, _root.Path);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => administrators.SetAsync([$"user{number}"], TestContext.Current.CancellationToken)));

        Assert.All(answers, Assert.Null);
        Assert.Contains(await File.ReadAllTextAsync(_root.RulesFile, TestContext.Current.CancellationToken), Enumerable.Range(0, 50).Select(number => PolkitRules.Make([$"user{number}"])));
        Assert.Equal([_root.RulesFile], Directory.GetFileSystemEntries(_root.RulesDirectory));
    }
}
