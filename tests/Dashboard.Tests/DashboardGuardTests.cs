using Microsoft.AspNetCore.Http;

namespace Ahenk.Dashboard.Tests;

[Trait("Category", "Unit")]
public sealed class DashboardGuardTests
{
    private const int Port = 8765;

    private readonly DashboardGuard _guard = new();
    private string? _served;

    public static TheoryData<string> ReadOnlyPages =>
    [
        "/", "/index.html", "/index.min.js", "/index.css", "/favicon.ico", "/fonts/x.woff2", "/img/x.png", "/version", "/DashboardCounters", "/ClusterStats",
        "/TopGrainMethods", "/GrainTypes", "/Reminders", "/Reminders/2", "/HistoricalStats/a", "/SiloProperties/a", "/SiloStats/a", "/SiloCounters/a", "/GrainStats/a",
    ];

    public static TheoryData<string> OtherPages => ["/GrainState", "/grainstate", "/Trace", "/GrainStats", "/Reminders2", "/fonts/../GrainState", "/SiloMetadata/a", "//", "/new"];

    [Fact]
    public async Task Nothing_is_served_without_the_token()
    {
        foreach (var path in ReadOnlyPages.Concat(OtherPages))
        {
            Assert.Equal(401, await AskAsync(path));
        }

        Assert.Equal(401, await AskAsync("/", request => request.QueryString = new QueryString("?token=x")));
        Assert.Equal(401, await AskAsync("/", request => request.QueryString = new QueryString("?token=")));
        Assert.Equal(401, await AskAsync("/", Bearer(_guard.Token[..^1] + "x")));
        Assert.Equal(401, await AskAsync("/", Bearer("")));
        Assert.Equal(401, await AskAsync("/", Bearer(_guard.Token.ToUpperInvariant() + " ")));
        Assert.Equal(401, await AskAsync("/", request => request.Headers.Authorization = "Basic " + _guard.Token));
        Assert.Equal(401, await AskAsync("/", request => request.Headers.Cookie = "ahenk-dashboard=x"));
        Assert.Null(_served);
    }

    [Theory]
    [MemberData(nameof(ReadOnlyPages))]
    public async Task With_the_token_what_the_pages_read_is_served(string path)
    {
        Assert.Equal(200, await AskAsync(path, Bearer(_guard.Token)));
        Assert.Equal(path, _served);
    }

    [Theory]
    [MemberData(nameof(OtherPages))]
    public async Task What_could_invoke_grains_and_what_is_not_known_is_not_served_at_all(string path)
    {
        Assert.Equal(404, await AskAsync(path, Bearer(_guard.Token)));
        Assert.Null(_served);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    public async Task Only_GET_is_answered(string method)
    {
        Assert.Equal(405, await AskAsync("/", request =>
        {
            request.Method = method;
            Bearer(_guard.Token)(request);
        }));
        Assert.Null(_served);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8765")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:80")]
    [InlineData("127.0.0.1.evil.example:8765")]
    [InlineData("")]
    public async Task A_name_that_somebody_has_led_here_is_refused(string host)
    {
        Assert.Equal(421, await AskAsync("/", request =>
        {
            request.Headers.Host = host;
            Bearer(_guard.Token)(request);
        }));
        Assert.Null(_served);
    }

    [Fact]
    public async Task A_page_of_another_origin_is_refused()
    {
        Assert.Equal(421, await AskAsync("/", request =>
        {
            request.Headers.Origin = "http://127.0.0.1:9999";
            Bearer(_guard.Token)(request);
        }));
        Assert.Equal(200, await AskAsync("/", request =>
        {
            request.Headers.Origin = $"http://127.0.0.1:{Port}";
            Bearer(_guard.Token)(request);
        }));
    }

    [Fact]
    public async Task The_address_with_the_token_leads_a_browser_to_a_place_that_others_cannot_guess_with_a_cookie_for_it_alone()
    {
        var entry = Request("/", request => request.QueryString = new QueryString($"?token={_guard.Token}"));
        await _guard.InvokeAsync(entry, Next);

        var home = entry.Response.Headers.Location.ToString();
        Assert.Matches("^/[0-9a-f]{64}/$", home);
        Assert.DoesNotContain(_guard.Token, home, StringComparison.Ordinal);
        var cookie = Assert.Single(entry.Response.Headers.SetCookie)!;
        Assert.Equal($"ahenk-dashboard={_guard.Token}; path={home.TrimEnd('/')}; samesite=strict; httponly", cookie);

        Assert.Equal(200, await AskAsync(home + "ClusterStats", request => request.Headers.Cookie = cookie.Split(';')[0]));
        Assert.Equal("/ClusterStats", _served);
        Assert.Equal(200, await AskAsync(home, request => request.Headers.Cookie = cookie.Split(';')[0]));
        Assert.Equal("/", _served);
        _served = null;
        Assert.Equal(404, await AskAsync(home + "GrainState", request => request.Headers.Cookie = cookie.Split(';')[0]));
        Assert.Equal(401, await AskAsync(home));
        Assert.Null(_served);
    }

    [Fact]
    public async Task Each_answer_keeps_the_page_to_itself_and_allows_no_other_origin()
    {
        foreach (var context in new[] { Request("/"), Request("/", Bearer(_guard.Token)), Request("/Trace", Bearer(_guard.Token)) })
        {
            await _guard.InvokeAsync(context, Next);

            var headers = context.Response.Headers;
            Assert.Contains("default-src 'none'", headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
            Assert.Equal(("nosniff", "no-store", "DENY"), (headers.XContentTypeOptions.ToString(), headers.CacheControl.ToString(), headers.XFrameOptions.ToString()));
            Assert.Equal("no-referrer", headers["Referrer-Policy"].ToString());
            Assert.DoesNotContain(headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void Each_start_has_a_token_of_256_bits_of_its_own()
    {
        Assert.Matches("^[0-9a-f]{64}$", _guard.Token);
        Assert.NotEqual(_guard.Token, new DashboardGuard().Token);
    }

    private static Action<HttpRequest> Bearer(string token) => request => request.Headers.Authorization = "Bearer " + token;

    private static DefaultHttpContext Request(string path, Action<HttpRequest>? change = null)
    {
        var context = new DefaultHttpContext();
        context.Connection.LocalPort = Port;
        context.Request.Method = "GET";
        context.Request.Headers.Host = $"127.0.0.1:{Port}";
        context.Request.Path = path;
        change?.Invoke(context.Request);
        return context;
    }

    private async Task<int> AskAsync(string path, Action<HttpRequest>? change = null)
    {
        var context = Request(path, change);
        await _guard.InvokeAsync(context, Next);
        return context.Response.StatusCode;
    }

    private Task Next(HttpContext context)
    {
        _served = context.Request.Path.Value;
        return Task.CompletedTask;
    }
}
