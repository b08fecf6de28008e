namespace Ahenk.Configuration.Tests;

[Trait("Category", "Unit")]
public sealed class SecretTextTests
{
    [Theory]
    [InlineData("Authorization: Bearer ey.J0-x", "Authorization: ***")]
    [InlineData("proxy-authorization=Basic dXNlcjpwYXNz, then", "proxy-authorization=***, then")]
    [InlineData("authorization=Bearer%20SECRET", "authorization=***")]
    [InlineData("""{"authorization":"Bearer ey.J0-x","host":"h"}""", """{"authorization":***,"host":"h"}""")]
    [InlineData("x-api-key: 12345 of the collector", "x-api-key: *** of the collector")]
    [InlineData("password = one two", "password = *** two")]
    [InlineData("authorization failed", "authorization failed")]
    public void What_follows_the_name_of_a_secret_is_masked(string text, string shown) => Assert.Equal(shown, SecretText.Hide(text));

    [Fact]
    public void An_authorization_in_json_is_a_secret() => Assert.True(SecretText.IsSecretName("Authorization"));

    [Fact]
    public void Of_headers_the_whole_is_secret_each_value_and_the_word_after_the_scheme_as_configured_and_as_sent()
    {
        const string headers = "authorization=Bearer%20ey%3D%3D-more, x-key = hush-hush ,x-debug=true";

        Assert.Equal(
            new HashSet<string>([headers, "Bearer%20ey%3D%3D-more", "Bearer ey==-more", "ey%3D%3D-more", "ey==-more", "hush-hush"]),
            SecretText.OfHeaders(headers).ToHashSet());
    }

    [Fact]
    public void Without_headers_nothing_is_secret() => Assert.Empty(SecretText.OfHeaders(null));
}
