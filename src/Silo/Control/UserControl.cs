using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Users over the control socket: the login hook tells of them, the administrator looks at them.</summary>
internal sealed class UserControl(ISessionEvents events, IDocumentStore store, IGrainFactory grains)
{
    /// <summary>Somebody has logged in. Answers when it is stored.</summary>
    public async Task<JsonNode> LoginAsync(ControlRequest request) => new JsonObject
    {
        ["accepted"] = await events.LoginAsync(request.Text("user"), new UserLogin
        {
            Domain = request.OptionalText("domain"),
            Desktop = request.OptionalText("desktop"),
            Display = request.OptionalText("display"),
            RemoteHost = request.OptionalText("host"),
        }),
    };

    /// <summary>A session of somebody has ended.</summary>
    public async Task<JsonNode> LogoutAsync(ControlRequest request) => new JsonObject { ["accepted"] = await events.LogoutAsync(request.Text("user")) };

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
}
