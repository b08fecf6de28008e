using System.Globalization;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class LogSecretsTests
{
    private readonly LogSecrets _secrets = new();

    [Fact]
    public void Without_secrets_a_text_is_handed_through()
    {
        const string text = "[A] nothing secret";
        Assert.Same(text, _secrets.Hide(text));

        _secrets.Register("hunter22");
        Assert.Same(text, _secrets.Hide(text));
    }

    [Fact]
    public void A_secret_within_another_does_not_give_it_away()
    {
        _secrets.Register("secret");
        _secrets.Register("secret-and-more");

        Assert.Equal("*** ***", _secrets.Hide("secret-and-more secret"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("admin")]
    public void What_is_too_short_is_no_secret(string? text)
    {
        _secrets.Register(text);

        Assert.Equal("[A] admin logged in", _secrets.Hide("[A] admin logged in"));
    }

    [Fact]
    public void Secrets_of_tasks_are_bounded_and_those_of_the_agent_stay()
    {
        _secrets.Register("of-the-agent");
        for (var number = 0; number < 1000; number++)
        {
            _secrets.RegisterPassing(string.Create(CultureInfo.InvariantCulture, $"secret-{number:0000}"));
        }

        Assert.Equal("*** *** secret-0000", _secrets.Hide("of-the-agent secret-0999 secret-0000"));
    }
}
