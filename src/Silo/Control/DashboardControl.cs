using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Control;

/// <summary>Where the dashboard is, over the control socket: for root, since the address holds the token.</summary>
internal sealed class DashboardControl(DashboardAccess access, AhenkSettings settings) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods => [new("dashboard", (_, _, _) => Task.FromResult<JsonNode?>(Describe()))];

    private JsonObject Describe() => new()
    {
        ["address"] = access.Address,
        ["message"] = access.Address is not null ? null
            : access.Problem ?? (settings.Diagnostics.Dashboard
                ? "The dashboard is not there yet: the agent is still starting. Ask again in a few seconds."
                : "The dashboard is off. Switch it on with 'ahenk config set DIAGNOSTICS.dashboard on', then restart the agent."),
    };
}
