using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Users over the control socket: the login hook tells of them, the administrator looks at them.</summary>
internal sealed class UserControl(ISessionEvents events, IDocumentStore store, IGrainFactory grains) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods =>
    [
        Telling("login", LoginAsync),
        Telling("logout", LogoutAsync),
        new("users", async (_, _, _) => await ListAsync()),
    ];

    /// <summary>Somebody has logged in. Answers when it is stored.</summary>
    public async Task<JsonNode> LoginAsync(ControlRequest request)
    {
        RequireInTime(request);
        var accepted = await events.LoginAsync(request.Text("user"), new UserLogin
        {
            Domain = request.OptionalText("domain"),
            Desktop = request.OptionalText("desktop"),
            Display = request.OptionalText("display"),
            RemoteHost = request.OptionalText("host"),
        });
        return new JsonObject { ["accepted"] = accepted };
    }

    /// <summary>A session of somebody has ended.</summary>
    public async Task<JsonNode> LogoutAsync(ControlRequest request)
    {
        RequireInTime(request);
        return new JsonObject { ["accepted"] = await events.LogoutAsync(request.Text("user")) };
    }

    /// <summary>All users of whom something is kept, by name.</summary>
    public async Task<JsonArray> ListAsync()
    {
        var documents = await store.ListAsync(DocumentKinds.Session);
        var reports = await Task.WhenAll(documents.Select(document => grains.GetGrain<IUserSessionGrain>(document.Key.Name).GetReport()));
        return new JsonArray([.. reports.Where(report => report.Stage != UserStage.Out).Select(report => (JsonNode)new JsonObject
        {
            ["user"] = report.User,
            ["stage"] = report.Stage.ToString().ToLowerInvariant(),
            ["since"] = report.Since,
            ["administrator"] = report.IsAdministrator,
        })]);
    }

    private static ControlMethod Telling(string name, Func<ControlRequest, Task<JsonNode>> call) =>
        ControlMethod.Change(name, async (request, _, _) => await call(request)) with
        {
            About = static (request, entry) => entry with { User = request.Said("user") },
            Outcome = static result => (bool?)result?["accepted"] == true ? "done" : "not the login of a person",
        };

    /// <summary>
    /// A daemon that stood still finds many calls at once and would carry them out in any order; their callers have given up and written them down, in order.
    /// </summary>
    private void RequireInTime(ControlRequest request)
    {
        if (request.Params["by"] is JsonValue value && value.TryGetValue<long>(out var by) && Environment.TickCount64 >= by)
        {
            events.LookForNotes();
            throw new ControlException(JsonRpc.Late, "The call was read when its caller had given up; the note that the caller leaves is taken up instead.");
        }
    }
}
