using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Control;

/// <summary>Ends the agent over the control socket.</summary>
internal sealed class StopControl(IHostApplicationLifetime lifetime, EndingOptions options) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods => [ControlMethod.Change("stop", (_, _, _) => Task.FromResult<JsonNode?>(Stop()))];

    /// <summary>Answers when it has begun: the end itself is the process's.</summary>
    private JsonObject Stop()
    {
        lifetime.StopApplication();
        return new JsonObject { ["pid"] = Environment.ProcessId, ["within_seconds"] = (int)Math.Ceiling(options.Whole.TotalSeconds) };
    }
}
