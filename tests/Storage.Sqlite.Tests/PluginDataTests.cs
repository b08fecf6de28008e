using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class PluginDataTests : IAsyncDisposable
{
    private readonly TestDatabase _database = TestDatabase.Create();

    private IPluginData Data => _database.PluginData;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_value_is_kept_replaced_and_removed()
    {
        Assert.Null(await Data.GetAsync("usb", "rule"));

        await Data.SetAsync("usb", "rule", "ğüşıöç");
        Assert.Equal("ğüşıöç", await Data.GetAsync("usb", "rule"));
        await Data.SetAsync("usb", "rule", "");
        Assert.Equal("", await Data.GetAsync("usb", "rule"));
        await Data.SetAsync("usb", "rule", null);
        Assert.Null(await Data.GetAsync("usb", "rule"));
    }

    [Fact]
    public async Task Plugins_do_not_see_each_others_values()
    {
        await Data.SetAsync("usb", "key", "mine");
        await Data.SetAsync("conky", "key", "yours");

        Assert.Equal("mine", await Data.GetAsync("usb", "key"));
        Assert.Equal([KeyValuePair.Create("key", "yours")], await Data.ListAsync("conky", ""));
    }

    [Theory]
    [InlineData("user/", "user/ayse,user/zeki")]
    [InlineData("", "other%,user,user/ayse,user/zeki")]
    [InlineData("other%", "other%")]
    [InlineData("%", "")]
    public async Task Values_are_listed_by_the_beginning_of_their_keys(string prefix, string expected)
    {
        foreach (var key in (string[])["user/zeki", "user", "other%", "user/ayse"])
        {
            await Data.SetAsync("usb", key, "1");
        }

        Assert.Equal(expected, string.Join(',', (await Data.ListAsync("usb", prefix)).Select(pair => pair.Key)));
    }

    [Fact]
    public async Task Values_outlive_the_process()
    {
        await Data.SetAsync("usb", "rule", "kept");
        await _database.ReopenAsync();

        Assert.Equal("kept", await Data.GetAsync("usb", "rule"));
    }
}
