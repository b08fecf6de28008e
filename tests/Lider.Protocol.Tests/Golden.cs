using System.Text;

namespace Ahenk.Lider.Protocol.Tests;

/// <summary>The files below Golden/: one message each, ended by one newline that is not part of it.</summary>
internal static class Golden
{
    public const string Api = "lider-api-2026";
    public const string Osgi = "lider-osgi-2020";

    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static string Body(string server, string message)
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Root, server, message + ".json")));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        return text[..^1];
    }

    public static T Parse<T>(string server, string message)
        where T : LiderMessage
    {
        var parsed = Assert.IsType<T>(LiderMessage.Parse(Body(server, message)));
        Assert.Equal(message, parsed.Type);
        return parsed;
    }

    public static IEnumerable<(string Server, string Message)> All() =>
        from file in Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
        orderby file
        select (Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileNameWithoutExtension(file));
}
