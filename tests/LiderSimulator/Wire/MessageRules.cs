using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>The rules of LP 3.2 to 3.6, one method a message.</summary>
internal static partial class MessageRules
{
    // The order is that of the server's enums: ordinals are accepted there (LP 3.1).
    private static readonly string[] Codes =
    [
        "TASK_RECEIVED", "TASK_PROCESSING", "TASK_PROCESSED", "TASK_WARNING", "TASK_ERROR", "TASK_TIMEOUT", "TASK_KILLED",
        "POLICY_RECEIVED", "POLICY_PROCESSED", "POLICY_WARNING", "POLICY_ERROR", "POLICY_TIMEOUT", "POLICY_KILLED",
    ];

    private static readonly string[] ContentTypes =
    [
        "APPLICATION_JSON", "APPLICATION_PDF", "APPLICATION_VND_MS_EXCEL", "APPLICATION_MS_WORD",
        "TEXT_PLAIN", "TEXT_HTML", "IMAGE_PNG", "IMAGE_JPEG",
    ];

    private static readonly HashSet<string> TaskStatusFields =
    [
        "type", "taskId", "responseCode", "responseMessage", "responseData", "contentType", "from", "timestamp", "commandClsId",
    ];

    private static readonly string[] IntegerProperties =
        ["hardware.memory.total", "hardware.disk.total", "hardware.disk.used", "hardware.disk.free"];

    /// <summary>Examines the fields of a message whose type is known.</summary>
    public static void Examine(string type, IReadOnlyDictionary<string, JsonElement> fields, List<Finding> findings)
    {
        var reader = new FieldReader(fields, findings);
        reader.Date("timestamp");
        switch (type)
        {
            case "REGISTER":
                Register(reader);
                break;
            case "UNREGISTER":
                Unregister(reader);
                break;
            case "GET_POLICIES":
                GetPolicies(reader);
                break;
            case "LOGIN":
                Login(reader);
                break;
            case "LOGOUT":
                reader.Text("userIp");
                if (reader.Text("username") is null)
                {
                    reader.Blame("username should be set (LP 3.5)");
                }

                break;
            case "TASK_STATUS":
                TaskStatus(reader, fields);
                break;
            case "POLICY_STATUS":
                reader.RequiredLong("commandExecutionId", "LP 3.6");
                reader.Text("policyVersion");
                Result(reader, "POLICY_", "LP 3.6");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "No listener has such a type.");
        }
    }

    private static void Register(FieldReader reader)
    {
        AgentName(reader);
        foreach (var name in (string[])["password", "userName", "userPassword", "hostname", "ipAddresses", "macAddresses"])
        {
            reader.RequiredText(name, "LP 3.2");
        }

        if (reader.Map("data") is not { } data)
        {
            return;
        }

        foreach (var property in data.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                reader.Blame($"data.{property.Name} is stored in Java's notation; send text or a number (LP 3.2)");
            }

            if (IsUnreadable(property))
            {
                reader.Blame($"data.{property.Name} is no Java int: every LOGIN of this agent would fail (LP 3.5)");
            }
        }
    }

    private static void Unregister(FieldReader reader)
    {
        AgentName(reader);
        reader.RequiredText("userName", "LP 3.2");
        reader.RequiredText("userPassword", "LP 3.2");
        reader.Text("password");
        if (reader.Text("ipAddresses") is null)
        {
            reader.Blame("ipAddresses is needed where registration goes by address (LP 3.2)");
        }
    }

    private static void AgentName(FieldReader reader)
    {
        if (reader.RequiredText("from", "LP 3.2") is { } from && !SafeName().IsMatch(from.Split('@')[0]))
        {
            reader.Blame($"the name in from '{from}' has more than a-z, 0-9, '-' and '.' (LP 1.4)");
        }
    }

    private static void GetPolicies(FieldReader reader)
    {
        foreach (var name in (string[])["username", "userPolicyVersion", "agentPolicyVersion"])
        {
            reader.Text(name);
        }

        if (reader.Map("policyList") is not { } list)
        {
            return;
        }

        foreach (var entry in list.EnumerateObject())
        {
            if (!long.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                reader.Drop($"policyList has the key '{entry.Name}', which is no policy id (LP 3.3)");
            }

            if (entry.Value.ValueKind != JsonValueKind.Array ||
                entry.Value.EnumerateArray().Any(item => item.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
            {
                reader.Drop($"policyList.{entry.Name} is no array of strings (LP 3.3)");
                continue;
            }

            var items = entry.Value.EnumerateArray().ToList();
            if (items.Count < 2 || items[0].ValueKind == JsonValueKind.Null || items[1].ValueKind != JsonValueKind.String ||
                !LiderDates.IsAssignDate(items[1].GetString()!))
            {
                reader.Drop($"policyList.{entry.Name} is not [version, dd/MM/yyyy HH:mm:ss] (LP 3.3)");
            }
        }
    }

    private static void Login(FieldReader reader)
    {
        reader.RequiredText("ipAddresses", "LP 3.5");
        reader.RequiredText("agentVersion", "LP 3.5");
        foreach (var name in (string[])["username", "userIp", "osVersion", "hardwareDiskSsdInfo", "hardwareDiskHddInfo"])
        {
            reader.Text(name);
        }

        if (reader.Text("hostname") is null)
        {
            reader.Blame("hostname should be set (LP 3.5)");
        }

        foreach (var name in (string[])["diskTotal", "diskUsed", "diskFree", "memory"])
        {
            reader.Int(name);
        }
    }

    private static void TaskStatus(FieldReader reader, IReadOnlyDictionary<string, JsonElement> fields)
    {
        foreach (var name in fields.Keys.Where(name => !TaskStatusFields.Contains(name)))
        {
            reader.Drop($"{name} is no field of TASK_STATUS (LP 3.1)");
        }

        reader.RequiredLong("taskId", "LP 3.4");
        reader.Text("from");
        reader.Text("commandClsId");
        Result(reader, "TASK_", "LP 3.4");
    }

    private static void Result(FieldReader reader, string prefix, string section)
    {
        if (reader.Raw("responseCode") is null)
        {
            reader.Drop($"responseCode is missing or null ({section})");
        }
        else if (reader.Enum("responseCode", Codes) is { } code && !code.StartsWith(prefix, StringComparison.Ordinal))
        {
            reader.Blame($"responseCode {code} belongs to another message ({section})");
        }

        reader.Text("responseMessage");
        var data = reader.Map("responseData");
        if (reader.Enum("contentType", ContentTypes) is { } contentType && contentType != "APPLICATION_JSON" && prefix == "TASK_")
        {
            if (data is not { } file || !file.TryGetProperty("md5", out var md5) || md5.ValueKind != JsonValueKind.String ||
                !Md5().IsMatch(md5.GetString()!))
            {
                reader.Drop($"{contentType} needs responseData.md5 of an uploaded file, lower-case hex (LP 3.4)");
            }
        }

        if (data is { } map && map.TryGetProperty("mail_send", out var mail) && mail.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            reader.Drop("responseData.mail_send is no boolean (LP 3.4)");
        }
    }

    /// <summary>Whether a property that LOGIN reads as a Java int is none (LP 3.5).</summary>
    public static bool IsUnreadable(JsonProperty property) =>
        IntegerProperties.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null && !IsJavaInt(property.Value);

    private static bool IsJavaInt(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt32(out _) && !value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E'),
        JsonValueKind.String => int.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    [GeneratedRegex(@"\A[a-z0-9.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex SafeName();

    [GeneratedRegex(@"\A[0-9a-f]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Md5();
}
