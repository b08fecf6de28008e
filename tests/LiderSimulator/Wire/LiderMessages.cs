using System.Text.Json.Nodes;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>Composes what Lider sends, with its encodings (LP 2): fields that are null are written as null.</summary>
public static class LiderMessages
{
    /// <summary>EXECUTE_TASK (LP 2.2); the task is JSON in a string.</summary>
    public static string ExecuteTask(TaskOrder order, LiderEdition edition, DateTimeOffset now, TimeZoneInfo serverZone) =>
        JacksonJson.Write(new JsonObject
        {
            ["type"] = "EXECUTE_TASK",
            ["timestamp"] = LiderDates.Minutes(now, serverZone),
            ["fileServerConf"] = order.FileServer?.DeepClone(),
            ["task"] = JacksonJson.Write(Task(order, edition, now)),
        });

    /// <summary>EXECUTE_TASK as LA's fragment scheduler sends it: the task is Java's <c>toString()</c> (LP 2.2.2).</summary>
    public static string ExecuteTaskPart(TaskOrder order, DateTimeOffset now, TimeZoneInfo serverZone)
    {
        var parameters = string.Join(", ", order.Parameters?.Select(pair => $"{pair.Key}={pair.Value}") ?? []);
        return JacksonJson.Write(new JsonObject
        {
            ["type"] = "EXECUTE_TASK",
            ["timestamp"] = LiderDates.Minutes(now, serverZone),
            ["fileServerConf"] = null,
            ["task"] = $"TaskImpl [id={order.TaskId}, plugin=tr.org.lider.entities.PluginImpl@1f2e3d, " +
                $"commandClsId={order.Command}, parameterMap={{{parameters}}}]",
        });
    }

    /// <summary>UPDATE_SCHEDULED_TASK (LP 2.4); a null expression cancels.</summary>
    public static string UpdateScheduledTask(string agent, long taskId, string? cron, LiderEdition edition, DateTimeOffset now, TimeZoneInfo serverZone) =>
        JacksonJson.Write(new JsonObject
        {
            ["type"] = "UPDATE_SCHEDULED_TASK",
            ["recipient"] = agent,
            ["taskId"] = taskId,
            ["cronExpression"] = cron,
            ["timestamp"] = edition == LiderEdition.Current ? null : LiderDates.Minutes(now, serverZone),
        });

    /// <summary>REGISTRATION_RESPONSE (LP 2.6) for a directory of type LDAP.</summary>
    public static string RegistrationResponse(string status, string message, string? agentDn, LiderEdition edition, DateTimeOffset now)
    {
        var hasDirectory = status is "REGISTERED" or "ALREADY_EXISTS";
        var response = new JsonObject
        {
            ["type"] = "REGISTRATION_RESPONSE",
            ["status"] = status,
            ["message"] = message,
            ["agentDn"] = agentDn,
            ["ldapUserDn"] = hasDirectory ? agentDn : null,
            ["ldapServer"] = hasDirectory ? "127.0.0.1" : null,
            ["ldapBaseDn"] = hasDirectory ? "dc=liderahenk,dc=org" : null,
            ["ldapVersion"] = hasDirectory ? "3" : null,
            ["adDomainName"] = null,
            ["adHostName"] = null,
            ["adIpAddress"] = null,
            ["adAdminPassword"] = null,
            ["adAdminUserName"] = null,
            ["disableLocalUser"] = hasDirectory ? false : null,
            ["timestamp"] = now.ToUnixTimeMilliseconds(),
        };
        if (edition == LiderEdition.Current)
        {
            response["directoryServer"] = status is "NOT_AUTHORIZED" ? null : "LDAP";
        }

        return JacksonJson.Write(response);
    }

    /// <summary>LOGIN_RESPONSE (LP 2.7); sent only to users with a sudo role.</summary>
    public static string LoginResponse(string username, DateTimeOffset now) => JacksonJson.Write(new JsonObject
    {
        ["type"] = "LOGIN_RESPONSE",
        ["userName"] = username,
        ["parameterMap"] = new JsonObject(),
        ["timestamp"] = now.ToUnixTimeMilliseconds(),
    });

    /// <summary>INSTALL_PLUGIN (LP 2.8), of the old server only.</summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="source">Protocol and parameterMap of the package's place, as in a fileServerConf.</param>
    /// <param name="now">The time.</param>
    public static string InstallPlugin(string plugin, string version, JsonObject source, DateTimeOffset now) => JacksonJson.Write(new JsonObject
    {
        ["type"] = "INSTALL_PLUGIN",
        ["pluginName"] = plugin,
        ["pluginVersion"] = version,
        ["protocol"] = source["protocol"]?.DeepClone(),
        ["parameterMap"] = source["parameterMap"]?.DeepClone(),
        ["timestamp"] = now.ToUnixTimeMilliseconds(),
    });

    /// <summary>PLUGIN_NOT_FOUND (LP 2.8), of the old server only.</summary>
    public static string PluginNotFound(string plugin, string version, DateTimeOffset now) => JacksonJson.Write(new JsonObject
    {
        ["type"] = "PLUGIN_NOT_FOUND",
        ["pluginName"] = plugin,
        ["pluginVersion"] = version,
        ["timestamp"] = now.ToUnixTimeMilliseconds(),
    });

    /// <summary>RESPONSE_AGREEMENT (LP 2.8), of the old server only.</summary>
    /// <param name="source">Protocol and parameterMap of the text's place, as in a fileServerConf.</param>
    /// <param name="now">The time.</param>
    public static string ResponseAgreement(JsonObject source, DateTimeOffset now) => JacksonJson.Write(new JsonObject
    {
        ["type"] = "RESPONSE_AGREEMENT",
        ["parameterMap"] = source["parameterMap"]?.DeepClone(),
        ["protocol"] = source["protocol"]?.DeepClone(),
        ["timestamp"] = now.ToUnixTimeMilliseconds(),
    });

    /// <summary>The plugin of a task or a profile.</summary>
    internal static JsonObject Plugin(string name, string version, bool usesFiles, DateTimeOffset created, LiderEdition edition) => new()
    {
        // The row of the plugin table; an agent goes by the name (LP 2.2).
        ["id"] = 7,
        ["name"] = name,
        ["version"] = version,
        ["description"] = null,
        ["active"] = true,
        ["deleted"] = false,
        ["machineOriented"] = true,
        ["userOriented"] = true,
        ["policyPlugin"] = true,
        ["taskPlugin"] = true,
        ["usesFileTransfer"] = usesFiles,
        ["xBased"] = false,
        ["createDate"] = edition == LiderEdition.Current ? LiderDates.SecondsInUtc(created) : created.ToUnixTimeMilliseconds(),
        ["modifyDate"] = null,
    };

    /// <summary>The inner object of EXECUTE_TASK.</summary>
    private static JsonObject Task(TaskOrder order, LiderEdition edition, DateTimeOffset now)
    {
        var isCurrent = edition == LiderEdition.Current;
        var milliseconds = now.ToUnixTimeMilliseconds();
        var task = new JsonObject
        {
            ["id"] = order.TaskId,
            ["plugin"] = Plugin(order.Plugin, order.Version, order.FileServer is not null, now, edition),
            ["commandClsId"] = order.Command,
            ["parameterMap"] = order.Parameters?.DeepClone(),
            ["deleted"] = false,
            ["cronExpression"] = order.Cron,
            ["createDate"] = isCurrent ? LiderDates.SecondsInIstanbul(now) : milliseconds,
            ["modifyDate"] = null,
            ["mailSend"] = false,
        };
        if (isCurrent)
        {
            task["taskParts"] = false;
        }

        return task;
    }
}
