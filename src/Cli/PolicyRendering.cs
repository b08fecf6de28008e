using System.Text.Json.Nodes;

namespace Ahenk.Cli;

/// <summary>Writes policies for people.</summary>
internal static class PolicyRendering
{
    private static string Machine => Words.Say("(the machine)", "(bilgisayar)");

    public static string Policies(JsonArray owners)
    {
        var rows = new List<string[]> { (string[])[
            Words.Say("USER", "KULLANICI"), Words.Say("POLICY", "POLİTİKA"), Words.Say("VERSION", "SÜRÜM"), Words.Say("ASSIGNED", "ATANDI"),
            Words.Say("EXPIRES", "BİTİŞ"), Words.Say("PLUGINS", "EKLENTİLER")] };
        foreach (var owner in owners)
        {
            rows.AddRange(owner!["policies"]!.AsArray().Select(policy => (string[])
            [
                User(owner), Rendering.OneLine(policy!, "id"), Rendering.OneLine(policy!, "version"), Rendering.OneLine(policy!, "assigned"),
                Rendering.OneLine(policy!, "expires"), Plugins(policy!),
            ]));
        }

        return Rendering.Table(rows);
    }

    public static string Plan(JsonArray owners)
    {
        var rows = new List<string[]> { (string[])[
            Words.Say("USER", "KULLANICI"), Words.Say("STEP", "ADIM"), Words.Say("PLUGIN", "EKLENTİ"), Words.Say("REASON", "NEDEN")] };
        foreach (var owner in owners)
        {
            rows.AddRange(owner!["plan"]!.AsArray().Select(step => (string[])
                [User(owner), Rendering.OneLine(step!, "kind"), Rendering.OneLine(step!, "plugin"), Rendering.OneLine(step!, "reason")]));
        }

        return Rendering.Table(rows);
    }

    private static string User(JsonNode owner) => Rendering.OneLine(owner, "user") is { Length: > 0 } user ? user : Machine;

    private static string Plugins(JsonNode policy) => policy["plugins"] is JsonArray list ? string.Join(", ", list.Select((_, i) => Rendering.OneLine(list, i))) : "";
}
