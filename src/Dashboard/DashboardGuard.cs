using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ahenk.Dashboard;

/// <summary>
/// Stands before everything that is served. Other users of the machine can reach the port, and so can web pages in a browser on it: only who has the token of this
/// start gets an answer, only to GET, and only from what the pages need to read. Orleans' own routes could also invoke methods of grains, and show their state.
/// </summary>
internal sealed class DashboardGuard
{
    private const int TokenBytes = 32;
    private const string CookieName = "ahenk-dashboard";

    private static readonly HashSet<string> Served = new(StringComparer.Ordinal)
    {
        "/", "/index.html", "/index.min.js", "/index.css", "/favicon.ico", "/version",
        "/DashboardCounters", "/ClusterStats", "/TopGrainMethods", "/GrainTypes", "/Reminders",
    };

    private static readonly string[] ServedBelow = ["/fonts/", "/img/", "/Reminders/", "/HistoricalStats/", "/SiloProperties/", "/SiloStats/", "/SiloCounters/", "/GrainStats/"];

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; " +
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    ];

    private readonly byte[] _token;

    /// <summary>
    /// Where the pages are for browsers. A browser sends a cookie of 127.0.0.1 to every port of it, also to one on which another user listens; this name, which
    /// nobody can guess, is the cookie's path, and keeps it from them.
    /// </summary>
    private readonly PathString _home = "/" + Random();

    /// <summary>Draws a token.</summary>
    public DashboardGuard()
    {
        Token = Random();
        _token = Encoding.ASCII.GetBytes(Token);
    }

    /// <summary>What who has it may see it with.</summary>
    public string Token { get; }

    /// <summary>Lets a request through, or answers it.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        var request = context.Request;
        if (!IsAddressedHere(context))
        {
            // A name that leads to 127.0.0.1 is one that somebody's web page has been given (DNS rebinding).
            return Refuse(context, StatusCodes.Status421MisdirectedRequest, "This is not where the dashboard is.");
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            return Refuse(context, StatusCodes.Status405MethodNotAllowed, "The dashboard can only be read.");
        }

        if (request.Path == "/" && request.Query["token"] is [{ } given])
        {
            return IsToken(given) ? Enter(context) : Refuse(context);
        }

        if (request.Path.StartsWithSegments(_home, out var rest))
        {
            (request.PathBase, request.Path) = (_home, rest.HasValue ? rest : "/");
        }

        return !IsKnown(request) ? Refuse(context)
            : IsServed(request.Path.Value!) ? next(context)
            : Refuse(context, StatusCodes.Status404NotFound, "There is no such page, or it is not served: the dashboard can only be read.");
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));

    private static bool IsAddressedHere(HttpContext context)
    {
        var (host, port) = (context.Request.Host, context.Connection.LocalPort);
        var here = host.Port == port && host.Host is "127.0.0.1" or "localhost";
        return here && (context.Request.Headers.Origin is [] || context.Request.Headers.Origin == $"http://{host}");
    }

    private static bool IsServed(string path) =>
        Served.Contains(path) || (!path.Contains("..", StringComparison.Ordinal) && ServedBelow.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)));

    private bool IsKnown(HttpRequest request) =>
        (request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.Ordinal) && IsToken(header["Bearer ".Length..])) ||
        (request.Cookies[CookieName] is { } cookie && IsToken(cookie));

    /// <summary>Takes the same time whichever character is wrong.</summary>
    private bool IsToken(string given) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _token);

    /// <summary>The token leaves the address bar, and with it the browser's history.</summary>
    private Task Enter(HttpContext context)
    {
        context.Response.Cookies.Append(CookieName, Token, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = _home });
        context.Response.Redirect($"{_home}/");
        return Task.CompletedTask;
    }

    private static Task Refuse(HttpContext context) => Refuse(
        context, StatusCodes.Status401Unauthorized, "Nothing is served without the token of this start. 'ahenk dashboard' prints the address with it, for root.");

    private static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }
}
