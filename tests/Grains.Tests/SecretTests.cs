using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests;

/// <summary>Orleans writes the arguments of a call into its log lines, as their own text.</summary>
[Trait("Category", "Unit")]
public sealed class SecretTests
{
    private const string Secret = "hunter2";

    public static TheoryData<object> Values =>
    [
        Given.Task(7) with { Parameters = Secret },
        Given.Incoming(7) with { Task = Given.Task(7) with { Parameters = Secret } },
        new PluginWork { Id = 7, Command = "RUN", Parameters = Secret, FileServer = Secret },
        new PluginPackage("1.0.0", Secret, null),
        new NewTask(7, "probe", "RUN", Secret, Given.Now, 7) { FileServer = Secret },
        new TaskOutcome(PluginCode.Processed, "done", Secret),
        new StoredTask { TaskId = 7, Plugin = "probe", Command = "RUN", Parameters = Secret, State = TaskState.Waiting, ReceivedAt = Given.Now },
        new AgentIdentity { Name = "pc", Password = Secret, Response = Secret },
        new RegistrationDraft(new AgentIdentity { Password = Secret }, Secret, 3),
        new RegistrationOrder { User = "admin", UserPassword = Secret, AccountPassword = Secret },
    ];

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void A_value_shows_no_secret(object value) => Assert.DoesNotContain(Secret, value.ToString()!, StringComparison.Ordinal);
}
