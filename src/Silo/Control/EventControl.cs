using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Events over the control socket: root sees all, everybody else what concerns them.</summary>
internal sealed class EventControl(IAgentEvents events, CallerNames callers, LogSecrets secrets) : IControlMethods
{
    private const int MostNames = 32;
    private const int LongestName = 200;

    private readonly FollowerPlaces _places = new();

    public IEnumerable<ControlMethod> Methods => [ControlMethod.Streaming("events", "event", Stream) with { IsForEverybody = true }];

    /// <summary>What has happened of late, and with <c>follow</c> what happens from then on.</summary>
    private async IAsyncEnumerable<JsonNode> Stream(
        ControlRequest request, PeerCredentials caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (names, follows) = (ReadNames(request), ReadFollow(request));
        using var place = follows ? _places.Take(caller) : null;

        // Others than root see what names them.
        var filter = new EventFilter { Names = names, User = caller.IsPrivileged ? null : await callers.NameAsync(caller, cancellationToken) };
        using var subscription = events.Subscribe(filter);
        yield return new JsonObject { ["events"] = new JsonArray([.. subscription.Before.Select(Describe)]) };
        if (!follows)
        {
            yield break;
        }

        await foreach (var raised in subscription.ReadAllAsync(cancellationToken))
        {
            yield return Describe(raised);
        }
    }

    private static string[] ReadNames(ControlRequest request)
    {
        var names = request.Params["names"] switch
        {
            null => [],
            JsonArray list => list.Select(name => name is JsonValue value && value.TryGetValue<string>(out var text) ? text : "").ToArray(),
            _ => [""],
        };
        return names.Length <= MostNames && names.All(name => name.Length is > 0 and <= LongestName)
            ? names
            : throw new ControlException(JsonRpc.InvalidParams, $"The parameter 'names' must be an array of at most {MostNames} names or beginnings of names.");
    }

    private static bool ReadFollow(ControlRequest request) => request.Params["follow"] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var follows) => follows,
        _ => throw new ControlException(JsonRpc.InvalidParams, "The parameter 'follow' must be true or false."),
    };

    private JsonNode Describe(RaisedEvent raised)
    {
        var json = raised.ToJson();
        Mask(json);
        return json;
    }

    /// <summary>What failed may be told in words that are not the agent's own.</summary>
    private void Mask(JsonNode json)
    {
        switch (json)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToArray())
                {
                    MaskValue(value, masked => fields[name] = masked);
                }

                break;
            case JsonArray list:
                for (var index = 0; index < list.Count; index++)
                {
                    MaskValue(list[index], masked => list[index] = masked);
                }

                break;
        }
    }

    private void MaskValue(JsonNode? value, Action<string> replace)
    {
        if (value is JsonValue plain && plain.TryGetValue<string>(out var text))
        {
            var masked = secrets.Hide(text);
            if (!ReferenceEquals(masked, text))
            {
                replace(masked);
            }
        }
        else if (value is not null)
        {
            Mask(value);
        }
    }
}
