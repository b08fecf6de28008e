using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli;

/// <summary>Shows the configuration.</summary>
internal static class ConfigRendering
{
    /// <summary>A key with its value and everything that is known of it.</summary>
    public static JsonObject Describe(ConfigurationKey key, ConfigurationFiles files, bool showSecrets)
    {
        var found = files.Find(key.Section, key.Name);
        return new JsonObject
        {
            ["section"] = key.Section,
            ["key"] = key.Name,
            ["value"] = found is null ? key.Default : key.IsSecret && !showSecrets ? ConfigurationCheck.Masked : found.Value,
            ["source"] = found is null ? "default" : "file",
            ["file"] = found?.File,
            ["line"] = found?.Line,
            ["default"] = key.Default,
            ["allowed"] = key.Allowed,
            ["needs_restart"] = !key.AppliesAtOnce,
            ["meaning"] = key.Meaning,
        };
    }

    /// <summary>Where a described key's value stands.</summary>
    public static string Source(JsonNode described) => described["file"] is { } file
        ? Words.Say($"{file}, line {described["line"]}", $"{file}, satır {described["line"]}")
        : Words.Say("default", "varsayılan");

    /// <summary>Described keys for people.</summary>
    public static string Table(JsonArray keys)
    {
        var rows = new List<string[]> { (string[])[Words.Say("KEY", "ANAHTAR"), Words.Say("VALUE", "DEĞER"), Words.Say("FROM", "KAYNAK")] };
        rows.AddRange(keys.Select(key => (string[])
            [$"{key!["section"]}.{key["key"]}", Rendering.OneLine(key, "value"), Source(key)]));
        return Rendering.Table(rows);
    }

    /// <summary>What a check found, for people.</summary>
    public static string Text(ConfigurationFiles files, IReadOnlyList<ConfigurationProblem> problems)
    {
        var (errors, warnings) = (problems.Count(problem => problem.IsError), problems.Count(problem => !problem.IsError));
        var lines = problems.Select(problem => $"{(problem.IsError ? Terminal.Bad(Words.Say("error", "hata")) : Terminal.Doubtful(Words.Say("warning", "uyarı")))}: {problem.Message}");
        var read = files.All.Count > 0 ? string.Join(", ", files.All) : files.MainFile;
        return string.Join('\n', lines.Append(problems.Count == 0
            ? Words.Say($"Nothing is wrong with {read}.", $"{read} içinde yanlış bir şey yok.")
            : Words.Say($"{errors} errors, {warnings} warnings in {read}.", $"{read} içinde {errors} hata, {warnings} uyarı.")));
    }

    /// <summary>What a check found, for programs.</summary>
    public static JsonObject Problems(ConfigurationFiles files, IReadOnlyList<ConfigurationProblem> problems) => new()
    {
        ["files"] = new JsonArray([.. files.All.Select(file => JsonValue.Create(file))]),
        ["problems"] = new JsonArray([.. problems.Select(problem => (JsonNode)new JsonObject
        {
            ["severity"] = problem.IsError ? "error" : "warning",
            ["file"] = problem.File,
            ["line"] = problem.Line,
            ["section"] = problem.Section,
            ["key"] = problem.Key,
            ["value"] = problem.Value,
            ["allowed"] = problem.Allowed,
            ["message"] = problem.Message,
        })]),
    };

    /// <summary>What became of a reload, for people.</summary>
    public static string Reload(JsonNode answer)
    {
        if (answer["succeeded"]?.GetValue<bool>() != true)
        {
            return string.Join('\n', Texts(answer, "problems").Append(Words.Say("Nothing was changed.", "Hiçbir şey değiştirilmedi.")));
        }

        var (applied, needRestart) = (Texts(answer, "applied"), Texts(answer, "needs_restart"));
        return string.Join('\n', (string[])
        [
            applied.Length > 0
                ? Words.Say($"Changed: {string.Join(", ", applied)}.", $"Değişti: {string.Join(", ", applied)}.")
                : Words.Say("Nothing has changed of what counts at once.", "Hemen geçerli olanlardan hiçbiri değişmedi."),
            .. needRestart.Length > 0 ? (string[])[Words.Say($"Needs a restart: {string.Join(", ", needRestart)}.", $"Yeniden başlatma gerekir: {string.Join(", ", needRestart)}.")] : [],
        ]);
    }

    private static string[] Texts(JsonNode answer, string name) => [.. (answer[name] as JsonArray ?? []).Select(text => text?.ToString() ?? "")];
}
