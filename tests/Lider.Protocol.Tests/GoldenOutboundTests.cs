using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class GoldenOutboundTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 11, 16, 5, 59, TimeSpan.FromHours(3));

    /// <summary>The messages whose texts are in the golden files.</summary>
    internal static readonly AgentMessage[] Messages =
    [
        new RegisterMessage
        {
            From = "masa-42",
            Password = "b7c1f0",
            Hostname = "masa-42",
            IpAddresses = "10.9.1.42,fd00::42",
            MacAddresses = "52:54:00:aa:bb:cc",
            UserName = "yönetici",
            UserPassword = "p\"w<&>",
            Data = new JsonObject
            {
                ["os.name"] = "Linux",
                ["os.version"] = "23.3",
                ["agentVersion"] = "3.0.0",
                ["hardware.memory.total"] = 15872,
                ["hardware.disk.total"] = 512110,
            },
            Timestamp = Now,
        },
        new UnregisterMessage
        {
            From = "masa-42",
            Password = "b7c1f0",
            UserName = "yönetici",
            UserPassword = "pw",
            IpAddresses = "10.9.1.42",
            Timestamp = Now,
        },
        new GetPoliciesMessage
        {
            Username = "zeynep",
            PolicyList = new Dictionary<long, KnownPolicy>
            {
                [44] = new("44-2", "04/02/2026 08:30:15"),
                [5000000001] = new("5000000001-1", "05/02/2026 00:00:00"),
            },
            UserPolicyVersion = "6-1",
            Timestamp = Now,
        },
        new TaskStatusMessage
        {
            TaskId = 5000000123,
            ResponseCode = TaskStatusCode.Processed,
            ResponseMessage = "Paket kuruldu.",
            ResponseData = new JsonObject { ["Result"] = "uid=0(root)\nşifre çözüldü\t100 %" },
            Timestamp = Now,
        },
        new PolicyStatusMessage
        {
            PolicyVersion = "44-2",
            CommandExecutionId = 7001,
            ResponseCode = PolicyStatusCode.Warning,
            ResponseMessage = "uygulandı",
            Timestamp = Now,
        },
        new LoginMessage
        {
            Username = "zeynep",
            Hostname = "masa-42",
            IpAddresses = "10.9.1.42",
            OsVersion = "23.3",
            AgentVersion = "3.0.0",
            DiskTotal = 512110,
            DiskUsed = 100000,
            DiskFree = 412110,
            Memory = 15872,
            HardwareDiskSsdInfo = "nvme0n1 512110 MB",
            HardwareDiskHddInfo = "[]",
            Timestamp = Now,
        },
        new LogoutMessage { Username = "zeynep", UserIp = "10.9.7.7", Timestamp = Now },
        new MissingPluginMessage { PluginName = "usb", PluginVersion = "1.0.0", Timestamp = Now },
        new RequestAgreementMessage { Timestamp = Now },
        new AgreementStatusMessage { Username = "zeynep", Md5 = "0cc175b9c0f1b6a831c399e269772661", Accepted = true, Timestamp = Now },
        new ScriptResultMessage { ResultCode = -1, ErrorMessage = "upload failed", Timestamp = Now },
    ];

    private static readonly string[] OnlyOsgi = ["MISSING_PLUGIN", "REQUEST_AGREEMENT", "AGREEMENT_STATUS", "SCRIPT_RESULT"];

    public static TheoryData<string, string> Files()
    {
        var files = new TheoryData<string, string>();
        foreach (var message in Messages)
        {
            files.Add(Golden.Osgi, message.Type);
            if (!OnlyOsgi.Contains(message.Type))
            {
                files.Add(Golden.Api, message.Type);
            }
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_body_is_the_golden_file_byte_for_byte(string server, string type)
    {
        var message = Assert.Single(Messages, m => m.Type == type);

        Assert.Equal(Golden.Body(server, type), message.ToBody());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_server_accepts_the_body(string server, string type)
    {
        var message = Assert.Single(Messages, m => m.Type == type);

        Assert.Empty(ServerModel.Objections(message.ToBody(), server));
    }

    [Fact]
    public void Every_golden_file_is_read_or_written_by_a_message()
    {
        var written = Messages.Select(m => m.Type).ToHashSet();

        foreach (var (server, message) in Golden.All())
        {
            Assert.True(written.Contains(message) || LiderMessage.Parse(Golden.Body(server, message)) is LiderMessage, $"{server}/{message}");
        }

        Assert.Equal(32, Golden.All().Count());
    }

    [Fact]
    public void Every_code_and_content_type_is_a_word_of_the_server()
    {
        foreach (var code in Enum.GetValues<TaskStatusCode>())
        {
            var status = new TaskStatusMessage { TaskId = 1, ResponseCode = code, Timestamp = Now };
            Assert.Empty(ServerModel.Objections(status.ToBody(), Golden.Api));
            Assert.Contains($"\"responseCode\":\"{code.ToWire()}\"", status.ToBody(), StringComparison.Ordinal);
        }

        foreach (var code in Enum.GetValues<PolicyStatusCode>())
        {
            var status = new PolicyStatusMessage { CommandExecutionId = 1, ResponseCode = code, Timestamp = Now };
            Assert.Empty(ServerModel.Objections(status.ToBody(), Golden.Api));
            Assert.Contains($"\"responseCode\":\"{code.ToWire()}\"", status.ToBody(), StringComparison.Ordinal);
        }

        foreach (var content in Enum.GetValues<ContentType>())
        {
            var data = new JsonObject { ["md5"] = "9e107d9d372bb6826bd81d3542a419d6" };
            var status = new TaskStatusMessage { TaskId = 1, ResponseCode = TaskStatusCode.Processed, ResponseData = data, ContentType = content, Timestamp = Now };
            Assert.Empty(ServerModel.Objections(status.ToBody(), Golden.Api));
        }
    }
}
