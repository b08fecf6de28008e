using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Tests;

[Trait("Category", "Integration")]
public sealed class SourcesTests : PackageTest
{
    private const string OneLine = """
        # deb http://old.example/debian buster main
        deb   http://deb.example/debian	bookworm  main contrib # comment
        deb-src http://deb.example/debian bookworm main
        deb [ arch=amd64,i386 signed-by=/usr/share/keyrings/x.gpg ] https://x.example/apt stable main
        deb cdrom:[Debian 12 _Bookworm_]/ bookworm main
        nonsense

        """;

    private const string Modern = """
        # The distribution.
        Types: deb deb-src
        URIs: http://one.example/debian http://two.example/debian/
        Suites: bookworm
         bookworm-updates
        # not yet: bookworm-backports
        Components: main non-free-firmware
        Architectures: amd64
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

        Enabled: no
        Types: deb
        URIs: http://off.example/
        Suites: ./

        Types: deb
        URIs: http://key.example/apt
        Suites: ./
        Signed-By:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         mQINBE
         -----END PGP PUBLIC KEY BLOCK-----

        """;

    private readonly FakeRunner _runner = new(line => line == "apt-get update" ? FakeRunner.Says("") : null);

    [Fact]
    public async Task Repositories_of_both_forms_are_listed_one_a_line()
    {
        GivenSources("sources.list", OneLine);
        GivenSources("sources.list.d/debian.sources", Modern);
        GivenSources("sources.list.d/off.list.disabled", "deb http://no.example/ x main\n");
        GivenSources("sources.list.d/.hidden.list", "deb http://no.example/ x main\n");
        File.WriteAllBytes(Path.Combine(Parts, "key.gpg"), [0x99, 0x01, 0xFF]);

        var result = await Run(_runner, "REPOSITORIES");

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Null(result.File);
        Assert.Equal(
            """
            deb http://deb.example/debian bookworm main contrib
            deb [arch=amd64,i386 signed-by=/usr/share/keyrings/x.gpg] https://x.example/apt stable main
            deb cdrom:[Debian 12 _Bookworm_]/ bookworm main
            deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://one.example/debian bookworm main non-free-firmware
            deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://one.example/debian bookworm-updates main non-free-firmware
            deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://two.example/debian/ bookworm main non-free-firmware
            deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://two.example/debian/ bookworm-updates main non-free-firmware
            deb http://key.example/apt ./

            """,
            Sources(result));
        Assert.Empty(_runner.Commands);
    }

    [Fact]
    public async Task A_machine_without_repositories_has_an_empty_list()
    {
        Directory.Delete(Apt, recursive: true);

        Assert.Equal("", Sources(await Run(_runner, "REPOSITORIES")));
    }

    [Fact]
    public async Task A_repository_is_added_once_and_the_lists_are_read_anew()
    {
        GivenSources("sources.list.d/debian.sources", Modern);
        var added = new JsonArray("deb  http://new.example/apt stable main", "deb http://one.example/debian/ bookworm main", "deb http://new.example/apt stable main");

        var result = await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["addedItems"] = added, ["deletedItems"] = new JsonArray() });
        await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["addedItems"] = added.DeepClone() });

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Contains("deb http://new.example/apt stable main\n", Sources(result), StringComparison.Ordinal);
        Assert.Equal("deb http://new.example/apt stable main\n", SourcesIn("sources.list.d/liderahenk.list"));
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(Path.Combine(Parts, "liderahenk.list")));
        Assert.Equal(["apt-get update", "apt-get update"], _runner.Lines);
    }

    [Fact]
    public async Task A_line_is_taken_out_of_a_file_and_the_rest_stays_byte_for_byte()
    {
        var file = Path.Combine(Apt, "sources.list");
        const string Kept = "# in Turkish: \u00DD\u00FE\ndeb http://a.example/ x main\n";
        await File.WriteAllTextAsync(file, Kept + "deb http://b.example/ x main # b\n", Encoding.Latin1, Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var result = await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["deletedItems"] = new JsonArray("deb http://b.example/ x  main") });

        Assert.Equal("deb http://a.example/ x main\n", Sources(result));
        Assert.Equal(Kept, await File.ReadAllTextAsync(file, Encoding.Latin1, Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task One_of_several_repositories_of_a_paragraph_is_taken_out()
    {
        GivenSources("sources.list.d/debian.sources", Modern);
        var before = Sources(await Run(_runner, "REPOSITORIES")).Split('\n').ToList();
        var gone = before[1];

        var result = await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["deletedItems"] = new JsonArray(gone) });

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Equal(before.Where(line => line != gone), Sources(result).Split('\n'));
        Assert.Contains("-----BEGIN PGP", SourcesIn("sources.list.d/debian.sources"), StringComparison.Ordinal);
        Assert.Contains("Enabled: no\n", SourcesIn("sources.list.d/debian.sources"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_repositories_can_be_taken_out_one_by_one()
    {
        GivenSources("sources.list", OneLine);
        GivenSources("sources.list.d/debian.sources", Modern);
        var all = Sources(await Run(_runner, "REPOSITORIES")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < all.Length; i++)
        {
            var result = await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["deletedItems"] = new JsonArray(all[i]) });

            Assert.Equal(all[(i + 1)..], Sources(result).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        Assert.DoesNotContain("one.example", SourcesIn("sources.list.d/debian.sources"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_told_and_no_error()
    {
        var result = await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["deletedItems"] = new JsonArray("deb http://no.example/ x main", "zzz") });

        Assert.Equal(PluginCode.Processed, result.Code);
        Assert.Contains("deb http://no.example/ x main; zzz", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://x.example/ stable main")]
    [InlineData("deb http://x.example/")]
    [InlineData("deb http://x.example/ stable main\ndeb http://y.example/ stable main")]
    [InlineData("deb http://x.example/ stable main # comment")]
    [InlineData("deb ssh://x.example/ stable main")]
    [InlineData("deb rsh:x.example stable main")]
    [InlineData("deb [trusted=yes] http://x.example/ stable main")]
    [InlineData("deb [arch=amd64 Trusted+=yes] http://x.example/ stable main")]
    [InlineData("deb [allow-insecure=yes] http://x.example/ stable main")]
    [InlineData("deb http://çö.example/ stable main")]
    public async Task A_repository_that_is_none_or_not_safe_is_refused_before_anything_is_changed(string line)
    {
        GivenSources("sources.list", "deb http://a.example/ x main\n");

        var result = await Run(_runner, "PACKAGE_SOURCES", new JsonObject
        {
            ["addedItems"] = new JsonArray("deb http://ok.example/ stable main", line),
            ["deletedItems"] = new JsonArray("deb http://a.example/ x main"),
        });

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Equal("deb http://a.example/ x main\n", SourcesIn("sources.list"));
        Assert.Empty(Directory.GetFileSystemEntries(Parts));
        Assert.Empty(_runner.Commands);
    }

    [Fact]
    public async Task When_the_lists_cannot_be_read_anew_the_answer_is_an_error_with_the_repositories()
    {
        var runner = new FakeRunner(_ => FakeRunner.Says("", 100, "E: The repository 'http://x.example stable Release' is not signed."));

        var result = await Run(runner, "PACKAGE_SOURCES", new JsonObject { ["addedItems"] = new JsonArray("deb http://x.example/ stable main") });

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("is not signed", result.Message, StringComparison.Ordinal);
        Assert.Equal("deb http://x.example/ stable main\n", Sources(result));
    }

    [Fact]
    public async Task A_file_that_is_a_link_stays_one()
    {
        var target = Path.Combine(Root, "managed.list");
        await File.WriteAllTextAsync(target, "deb http://a.example/ x main\n", Token);
        File.CreateSymbolicLink(Path.Combine(Parts, "liderahenk.list"), target);

        await Run(_runner, "PACKAGE_SOURCES", new JsonObject { ["addedItems"] = new JsonArray("deb http://b.example/ x main") });

        Assert.Equal("deb http://a.example/ x main\ndeb http://b.example/ x main\n", await File.ReadAllTextAsync(target, Token));
        Assert.Equal(target, new FileInfo(Path.Combine(Parts, "liderahenk.list")).LinkTarget);
    }
}
