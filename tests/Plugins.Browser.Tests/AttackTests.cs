using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser.Tests;

/// <summary>What users may put in the way of what is written as root.</summary>
[Trait("Category", "Integration")]
public sealed class AttackTests : BrowserTest
{
    private static readonly string[] Directories = [".mozilla", Place, Default];
    private static readonly string[] Written = [$"{Place}/profiles.ini", $"{Default}/times.json", $"{Default}/user.js"];

    private static readonly string[] Links =
        ["WHAT WAS THERE", "VICTIM", "/etc/shadow", "/etc", "../", "../../../../..", "nowhere", "OUTSIDE/new", ".", "/proc/self/root", "/dev/zero"];

    private static readonly string[] Kinds = ["pipe", "socket", "device", "somebody else's"];

    private static JsonObject Homepage => Profile(Entry("browser.startup.homepage", "https://example.org/"));

    public static TheoryData<string, string> Traps()
    {
        var traps = new TheoryData<string, string>();
        foreach (var path in Directories.Concat(Written))
        {
            foreach (var trap in Links.Concat(Kinds).Concat(Written.Contains(path) ? ["directory", "huge", "hard link"] : ["file"]))
            {
                traps.Add(path, trap);
            }
        }

        return traps;
    }

    [Theory]
    [MemberData(nameof(Traps))]
    public async Task A_trap_on_the_way_changes_nothing_outside_and_is_an_error(string path, string trap)
    {
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Path}/{Default}/prefs.js", "user_pref(\"browser.startup.homepage\", \"https://example.org/\");\n");
        await Apply(Homepage);
        using var socket = Set(path, trap);
        var before = Home.Surroundings;

        var result = await WithinLimit(Apply(Profile(Entry("other", "x"))));
        await WithinLimit(Undo());

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("'ayse'", result.Message, StringComparison.Ordinal);
        Assert.Equal(before, Home.Surroundings);
    }

    public static TheoryData<string> TrapsForFiles() => [.. Links, .. Kinds, "directory", "huge", "hard link"];

    [Theory]
    [MemberData(nameof(TrapsForFiles))]
    public async Task A_trap_in_place_of_what_Firefox_writes_changes_nothing_outside_when_it_is_undone(string trap)
    {
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Path}/{Default}/prefs.js", "user_pref(\"browser.startup.homepage\", \"https://example.org/\");\n");
        await Apply(Homepage);
        using var socket = Set($"{Default}/prefs.js", trap);
        var before = Home.Surroundings;

        await WithinLimit(Undo());

        Assert.Null(ReadHome($"{Default}/user.js"));
        Assert.Equal(before, Home.Surroundings);
    }

    [Theory]
    [InlineData("1", "../../../outside/p.default")]
    [InlineData("1", "p.default/../../../../outside/p.default")]
    [InlineData("1", "..")]
    [InlineData("1", ".")]
    [InlineData("1", "")]
    [InlineData("1", "p.default/")]
    [InlineData("1", "OUTSIDE/p.default")]
    [InlineData("0", "OUTSIDE/p.default")]
    [InlineData("0", "p.default")]
    [InlineData(null, "OUTSIDE/p.default")]
    [InlineData("1", "/etc")]
    [InlineData("1", "a\u0001b")]
    [InlineData("1", "LONG")]
    public async Task A_list_that_points_outside_is_an_error_and_the_other_profiles_are_set(string? isRelative, string path)
    {
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Outside}/p.default/times.json", "{}");
        path = path.Replace("OUTSIDE", Home.Outside, StringComparison.Ordinal).Replace("LONG", new string('a', 5000), StringComparison.Ordinal);
        await File.AppendAllTextAsync(
            $"{Home.Path}/{Place}/profiles.ini", $"[Profile7]\n{(isRelative is null ? "" : $"IsRelative={isRelative}\n")}Path={path}\n", Token);
        var before = Home.Surroundings;

        var result = await Apply(Homepage);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.StartsWith("The preferences are set in one profile", result.Message, StringComparison.Ordinal);
        Assert.InRange(result.Message.Length, 100, 1000);
        Assert.NotNull(ReadHome($"{Default}/user.js"));
        Assert.Equal(before, Home.Surroundings);
    }

    [Fact]
    public async Task A_list_of_very_many_profiles_is_cut_and_told()
    {
        GivenProfiles([.. Enumerable.Range(0, 70).Select(i => $"{Place}/p{i}")]);

        var result = await Apply(Homepage);

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("lists 70 profiles", result.Message, StringComparison.Ordinal);
        Assert.NotNull(ReadHome($"{Place}/p63/user.js"));
        Assert.Null(ReadHome($"{Place}/p64/user.js"));
    }

    [Fact]
    public async Task A_hard_link_to_the_user_s_own_file_elsewhere_carries_nothing_there()
    {
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Outside}/victim", "untouched");
        Home.HardLink($"{Home.Outside}/victim", $"{Home.Path}/{Default}/user.js");
        var before = Home.Surroundings;

        Assert.Equal(PluginCode.Processed, (await Apply(Homepage)).Code);

        Assert.Equal(before, Home.Surroundings);
        Assert.StartsWith("untouched\n// BEGIN", ReadHome($"{Default}/user.js"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".mozilla")]
    [InlineData(Default)]
    [InlineData($"{Default}/user.js")]
    public async Task What_is_exchanged_for_a_link_all_the_time_leads_nowhere(string path)
    {
        GivenProfiles(Default);
        Home.MakeFile($"{Home.Path}/{Default}/prefs.js", "");
        await Apply(Homepage);

        // The link leads to a profile of the user's own, where a program that followed it would succeed.
        Copy($"{Home.Path}/.mozilla", $"{Home.Outside}/.mozilla");
        Home.Link($"{Home.Outside}/{path}", $"{Home.Path}/trap");
        var before = Home.Surroundings;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var attacker = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    if (!Home.TryExchange($"{Home.Path}/{path}", $"{Home.Path}/trap"))
                    {
                        // The script is removed when it is undone; so is a link that takes its place at the last moment.
                        Assert.EndsWith("user.js", path, StringComparison.Ordinal);
                        File.Delete($"{Home.Path}/{path}");
                        File.Delete($"{Home.Path}/trap");
                        Home.MakeFile($"{Home.Path}/{path}", "");
                        Home.Link($"{Home.Outside}/{path}", $"{Home.Path}/trap");
                    }

                    running.TrySetResult();
                }
            },
            CancellationToken.None);
        await Task.WhenAny(running.Task, attacker);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var codes = new Dictionary<PluginCode, int>();
        for (var i = 0; !limit.IsCancellationRequested && (i < 300 || !codes.ContainsKey(PluginCode.Processed) || !codes.ContainsKey(PluginCode.Error)); i++)
        {
            var code = (await Apply(Profile(Entry("browser.startup.homepage", $"https://{i}.example/")))).Code;
            codes[code] = codes.GetValueOrDefault(code) + 1;
            if (i % 3 == 0)
            {
                await Undo();
            }
        }

        await stop.CancelAsync();
        await attacker;
        Assert.True(codes.ContainsKey(PluginCode.Processed) && codes.ContainsKey(PluginCode.Error), $"There was no race: {string.Join(", ", codes)}");
        Assert.Equal(before, Home.Surroundings);
    }

    private static async Task WithinLimit(Task work) => await work.WaitAsync(TimeSpan.FromSeconds(60), Token);

    private static async Task<T> WithinLimit<T>(Task<T> work) => await work.WaitAsync(TimeSpan.FromSeconds(60), Token);

    /// <summary>Puts a trap in the place of a file or directory, which is moved away with all that is in it.</summary>
    private Socket? Set(string path, string trap)
    {
        var place = $"{Home.Path}/{path}";
        var moved = $"{Home.Outside}/moved";
        Directory.Move(place, moved);
        Home.MakeFile($"{Home.Outside}/victim", "untouched");
        Home.MakeFile($"{Home.Outside}/secret", "root's", user: 0);
        switch (trap)
        {
            case "pipe":
                Home.MakePipe(place);
                break;
            case "device":
                Home.MakeDevice(place);
                break;
            case "directory":
                Home.MakeDirectory(place);
                break;
            case "file":
                Home.MakeFile(place, "");
                break;
            case "huge":
                Home.MakeHuge(place);
                break;
            case "hard link":
                Home.HardLink($"{Home.Outside}/secret", place);
                break;
            case "somebody else's" when Directory.Exists(moved):
                Home.MakeDirectory(place, user: 1234);
                break;
            case "somebody else's":
                Home.MakeFile(place, "{}", user: 1234);
                break;
            case "socket":
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint(place));
                return socket;
            default:
                Home.Link(trap.Replace("WHAT WAS THERE", moved, StringComparison.Ordinal)
                    .Replace("VICTIM", $"{Home.Outside}/victim", StringComparison.Ordinal)
                    .Replace("OUTSIDE", Home.Outside, StringComparison.Ordinal), place);
                break;
        }

        return null;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            Home.MakeFile(to + file[from.Length..], File.ReadAllText(file));
        }
    }
}
