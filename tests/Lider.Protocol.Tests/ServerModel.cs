using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ahenk.Lider.Protocol.Tests;

/// <summary>What the two servers accept, written down from LP 1.5 and LP 3: not from the code under test.</summary>
internal static class ServerModel
{
    /// <summary>LP 3: AgentMessageType, and the listeners, which share a pattern in two cases.</summary>
    public static readonly string[] Types =
    [
        "TASK_STATUS", "REGISTER", "UNREGISTER", "REGISTER_LDAP", "GET_POLICIES", "LOGIN", "LOGOUT", "POLICY_STATUS", "MISSING_PLUGIN",
        "REQUEST_AGREEMENT", "AGREEMENT_STATUS", "SCRIPT_RESULT",
    ];

    private const string NoLineEnd = "[^\n\r\u0085\u2028\u2029]*";

    private static readonly Dictionary<string, Regex> Patterns = Types.ToDictionary(
        type => type,
        type => new Regex($@"\A{NoLineEnd}""type""\s*:\s*""{type}""{NoLineEnd}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    private static readonly string[] TaskCodes =
        ["TASK_RECEIVED", "TASK_PROCESSING", "TASK_PROCESSED", "TASK_WARNING", "TASK_ERROR", "TASK_TIMEOUT", "TASK_KILLED"];

    private static readonly string[] PolicyCodes =
        ["POLICY_RECEIVED", "POLICY_PROCESSED", "POLICY_WARNING", "POLICY_ERROR", "POLICY_TIMEOUT", "POLICY_KILLED"];

    private static readonly string[] FileContentTypes =
        ["APPLICATION_PDF", "APPLICATION_VND_MS_EXCEL", "APPLICATION_MS_WORD", "TEXT_PLAIN", "TEXT_HTML", "IMAGE_PNG", "IMAGE_JPEG"];

    private static readonly string[] TaskStatusFields =
        ["type", "taskId", "responseCode", "responseMessage", "responseData", "contentType", "from", "timestamp", "commandClsId"];

    /// <summary>The types whose listener would take the body (LP 1.5): the whole text must match, letters in any case.</summary>
    public static string[] Listeners(string body) => [.. Patterns.Where(pattern => pattern.Value.IsMatch(body)).Select(pattern => pattern.Key)];

    /// <summary>Everything because of which a server would drop the body or do something else with it; empty: accepted.</summary>
    public static List<string> Objections(string body, string server)
    {
        var objections = new List<string>();
        var listeners = Listeners(body);
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;
        }
        catch (JsonException e)
        {
            return [$"not JSON: {e.Message}"];
        }

        var type = root.GetProperty("type").GetString()!;
        if (listeners is not [var only] || only != type)
        {
            objections.Add($"taken by the listeners [{string.Join(", ", listeners)}] instead of {type}");
        }

        var fields = new Fields(root, objections);
        fields.Timestamp();
        switch (type)
        {
            case "REGISTER":
                fields.Texts(required: true, "from", "password", "hostname", "ipAddresses", "macAddresses", "userName", "userPassword", "directoryServer");
                fields.Map("data", required: true);
                foreach (var name in root.GetProperty("data").EnumerateObject().Where(p => p.Name.StartsWith("hardware.disk.", StringComparison.Ordinal) && !p.Name.EndsWith("info", StringComparison.Ordinal)))
                {
                    fields.Check(int.TryParse(name.Value.ToString(), CultureInfo.InvariantCulture, out _), $"{name.Name} is no integer");
                }

                break;
            case "UNREGISTER":
                fields.Texts(required: true, "from", "userName", "userPassword", "ipAddresses");
                break;
            case "GET_POLICIES":
                fields.Texts(required: true, "username");
                fields.Texts(required: false, "userPolicyVersion", "agentPolicyVersion");
                fields.Map("policyList", required: false);
                foreach (var policy in root.GetProperty("policyList").EnumerateObject())
                {
                    fields.Check(long.TryParse(policy.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _), $"policy id {policy.Name}");
                    fields.Check(
                        policy.Value.EnumerateArray().Select(e => e.GetString()).ToArray() is [not null, { } date]
                            && DateTime.TryParseExact(date, "dd/MM/yyyy HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
                        $"policy {policy.Name} is not [version, date]");
                }

                break;
            case "TASK_STATUS":
                if (server == Golden.Api)
                {
                    foreach (var unknown in root.EnumerateObject().Where(p => !TaskStatusFields.Contains(p.Name)))
                    {
                        objections.Add($"unknown field {unknown.Name}");
                    }
                }

                fields.Number("taskId", long.MaxValue);
                Status(fields, root, [.. TaskCodes, .. PolicyCodes]);
                fields.Check(root.GetProperty("responseCode").GetString()!.StartsWith("TASK_", StringComparison.Ordinal), "a policy's code");
                break;
            case "POLICY_STATUS":
                fields.Number("commandExecutionId", long.MaxValue);
                fields.Texts(required: false, "policyVersion");
                Status(fields, root, PolicyCodes);
                break;
            case "LOGIN":
                fields.Texts(required: true, "hostname", "ipAddresses", "agentVersion", "hardwareDiskSsdInfo", "hardwareDiskHddInfo");
                fields.Texts(required: false, "username", "userIp", "osVersion");
                foreach (var name in new[] { "diskTotal", "diskUsed", "diskFree", "memory" })
                {
                    fields.Number(name, int.MaxValue);
                }

                break;
            case "LOGOUT":
                fields.Texts(required: true, "username");
                fields.Texts(required: false, "userIp");
                break;
            case "MISSING_PLUGIN":
                fields.Texts(required: true, "pluginName", "pluginVersion");
                break;
            case "AGREEMENT_STATUS":
                fields.Texts(required: true, "username", "md5");
                fields.Check(root.GetProperty("accepted").ValueKind is JsonValueKind.True or JsonValueKind.False, "accepted is no boolean");
                break;
            case "SCRIPT_RESULT":
                fields.Texts(required: false, "md5", "errorMessage");
                break;
            case "REQUEST_AGREEMENT":
                break;
            default:
                objections.Add($"unknown type {type}");
                break;
        }

        return objections;
    }

    private static void Status(Fields fields, JsonElement root, string[] codes)
    {
        fields.OneOf("responseCode", required: true, codes);
        fields.OneOf("contentType", required: false, ["APPLICATION_JSON", .. FileContentTypes]);
        fields.Texts(required: false, "responseMessage");
        fields.Map("responseData", required: false);
        if (root.TryGetProperty("contentType", out var content) && FileContentTypes.Contains(content.GetString()))
        {
            fields.Check(
                root.GetProperty("responseData").TryGetProperty("md5", out var md5) && Regex.IsMatch(md5.GetString()!, "^[0-9a-f]{32}$"),
                "a file without its md5");
        }
    }

    private sealed class Fields(JsonElement root, List<string> objections)
    {
        public void Check(bool isFine, string objection)
        {
            if (!isFine)
            {
                objections.Add(objection);
            }
        }

        public void Texts(bool required, params string[] names)
        {
            foreach (var name in names)
            {
                var kind = Kind(name);
                Check(kind is JsonValueKind.String or JsonValueKind.Number || (!required && kind is JsonValueKind.Null or JsonValueKind.Undefined), $"{name} is {kind}");
            }
        }

        public void Map(string name, bool required)
        {
            var kind = Kind(name);
            Check(kind is JsonValueKind.Object || (!required && kind is JsonValueKind.Null or JsonValueKind.Undefined), $"{name} is {kind}");
        }

        public void Number(string name, long most) =>
            Check(Kind(name) == JsonValueKind.Number && root.GetProperty(name).TryGetInt64(out var number) && number <= most, $"{name} is no number up to {most}");

        public void OneOf(string name, bool required, string[] words) =>
            Check(
                (!required && Kind(name) is JsonValueKind.Null or JsonValueKind.Undefined)
                    || (Kind(name) == JsonValueKind.String && words.Contains(root.GetProperty(name).GetString())),
                $"{name} is none of its words");

        // LP 3.1, narrower on purpose: text must be a date that also means what it says (24 hours, two digits each).
        public void Timestamp() =>
            Check(
                Kind("timestamp") is JsonValueKind.Null or JsonValueKind.Undefined
                    || (Kind("timestamp") == JsonValueKind.Number && root.GetProperty("timestamp").TryGetInt64(out _))
                    || (Kind("timestamp") == JsonValueKind.String
                        && DateTime.TryParseExact(root.GetProperty("timestamp").GetString(), "dd-MM-yyyy HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)),
                "timestamp is not dd-MM-yyyy HH:mm");

        private JsonValueKind Kind(string name) => root.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Undefined;
    }
}
