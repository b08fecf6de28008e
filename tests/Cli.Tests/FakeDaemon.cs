using System.Text.Json.Nodes;

namespace Ahenk.Cli.Tests;

/// <summary>
/// A control socket with answers from Answers/*.json: an object of methods, each with a list of answers, of which the first counts whose <c>params</c> are among those of the call. An answer has a
/// <c>result</c> or an <c>error</c>; <c>{site}</c> in it is the folder of the site.
/// </summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private static readonly Dictionary<string, JsonArray> Answers = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Answers"), "*.json")
        .SelectMany(file => JsonNode.Parse(File.ReadAllText(file))!.AsObject())
        .ToDictionary(entry => entry.Key, entry => entry.Value!.AsArray());

    private readonly string _site;
    private readonly List<JsonNode> _requests = [];
    private readonly Dictionary<string, JsonNode> _own = [];
    private readonly LineServer _server;

    public FakeDaemon(string socket, string site)
    {
        _site = site;
        _server = new LineServer(socket, line => Answer(JsonNode.Parse(line)!));
    }

    /// <summary>What was asked.</summary>
    public IReadOnlyList<JsonNode> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Gives a method another answer.</summary>
    public void Answer(string method, JsonNode result)
    {
        lock (_requests)
        {
            _own[method] = result;
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Answer(JsonNode request)
    {
        JsonNode? own;
        lock (_requests)
        {
            _requests.Add(request);
            own = _own.GetValueOrDefault((string)request["method"]!);
        }

        var parameters = request["params"]!.AsObject();
        var answer = own is not null
            ? new JsonObject { ["result"] = own.DeepClone() }
            : Answers.GetValueOrDefault((string)request["method"]!)?.FirstOrDefault(candidate => Fits(candidate!, parameters));
        var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
        if (answer?["result"] is { } result)
        {
            reply["result"] = result.DeepClone();
        }
        else
        {
            reply["error"] = answer?["error"]?.DeepClone() ?? new JsonObject { ["code"] = -32601, ["message"] = $"Answers/*.json have no answer for {request.ToJsonString()}." };
        }

        return reply.ToJsonString().Replace("{site}", _site, StringComparison.Ordinal);
    }

    private static bool Fits(JsonNode answer, JsonObject parameters) =>
        answer["params"] is not JsonObject wanted || wanted.All(parameter => JsonNode.DeepEquals(parameter.Value, parameters[parameter.Key]));
}
