using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk;

/// <summary>The forms in which Lider takes parts of the inventory as text (PL 15, LP 3.2 and 3.5).</summary>
public static class InventoryText
{
    /// <summary>
    /// Disks of one kind as a JSON array in a string: the console evaluates the string, and the server stores it.
    /// </summary>
    /// <param name="disks">All disks.</param>
    /// <param name="isSsd">Which kind.</param>
    /// <returns>
    /// For example <c>[{"name":"sda","type":"SSD","total":256060,"used":81000}]</c>, sizes in MB; <c>[]</c> where there is none.
    /// </returns>
    public static string Disks(IEnumerable<DiskInfo> disks, bool isSsd)
    {
        var array = new JsonArray();
        foreach (var disk in disks.Where(disk => disk.IsSsd == isSsd))
        {
            array.Add((JsonNode)new JsonObject
            {
                ["name"] = disk.Name,
                ["type"] = isSsd ? "SSD" : "HDD",
                ["total"] = disk.TotalMb,
                ["used"] = disk.UsedMb,
            });
        }

        return array.ToJsonString();
    }

    /// <summary>A list in single quotes, as <c>'10.0.0.5', '10.0.0.6'</c>. The server strips quotes and blanks when it compares.</summary>
    public static string Quoted(IEnumerable<string> values) =>
        string.Join(", ", values.Select(value => $"'{value.Replace("'", "", StringComparison.Ordinal)}'"));
}
