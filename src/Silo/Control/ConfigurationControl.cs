using System.Text.Json.Nodes;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Logging;

namespace Ahenk.Silo.Control;

/// <summary>Configuration and log level over the control socket.</summary>
internal sealed class ConfigurationControl(ConfigurationReload reload, DaemonLog log) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods =>
    [
        ControlMethod.Change("config_reload", async (_, _, _) => await ReloadAsync()) with
        {
            Outcome = static result => result?["problems"] is JsonArray { Count: > 0 } problems ? string.Join(" ", problems.Select(problem => (string?)problem)) : "done",
        },
        new("log_level", (request, _, _) => Task.FromResult<JsonNode?>(Level(request)))
        {
            Changes = static request => request.Params.ContainsKey("level"),
            Outcome = static result => (string?)result?["level"] ?? "done",
        },
    ];

    /// <summary>Reads the configuration anew.</summary>
    public async Task<JsonObject> ReloadAsync()
    {
        var report = await reload.ReloadAsync();
        return new JsonObject
        {
            ["succeeded"] = report.Problems.Count == 0,
            ["problems"] = Texts(report.Problems),
            ["applied"] = Texts(report.Applied),
            ["needs_restart"] = Texts(report.NeedRestart),
        };
    }

    /// <summary>Tells the log level, or sets it until the configuration is read again.</summary>
    /// <exception cref="ControlException">There is no such level.</exception>
    public JsonObject Level(ControlRequest request)
    {
        if (request.Params.ContainsKey("level"))
        {
            var word = request.Text("level");
            log.Level.MinimumLevel = LogLevels.Parse(word) ??
                throw new ControlException(JsonRpc.InvalidParams, $"There is no log level '{word}'. Allowed: {LogLevels.Allowed}.");
        }

        return new JsonObject { ["level"] = LogLevels.Word(log.Level.MinimumLevel) };
    }

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
