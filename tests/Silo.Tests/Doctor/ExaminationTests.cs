using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;
using Ahenk.Silo.Doctor;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests.Doctor;

[Trait("Category", "Unit")]
public sealed class ExaminationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Findings_come_in_the_order_of_the_numbers_and_the_worst_is_the_result()
    {
        var diagnoses = await Examine(
            new FakeCheck(3, () => Task.FromResult(Finding.Skipped("none"))),
            new FakeCheck(1, () => Task.FromResult(Finding.Ok("fine"))),
            new FakeCheck(2, () => Task.FromResult(Finding.Warning("odd", "look"))));

        Assert.Equal(
            """{"result":"warning","checks":[{"number":1,"name":"check 1","result":"ok","found":"fine","advice":null},{"number":2,"name":"check 2","result":"warning","found":"odd","advice":"look"},{"number":3,"name":"check 3","result":"skipped","found":"none","advice":null}]}""",
            Examination.Describe(diagnoses, forEverybody: false).ToJsonString());
    }

    [Fact]
    public async Task Others_see_what_is_for_everybody_and_no_more()
    {
        var diagnoses = await Examine(
            new FakeCheck(1, () => Task.FromResult(Finding.Broken("secret", "x"))),
            new FakeCheck(2, () => Task.FromResult(Finding.Ok("public")), isForEverybody: true));

        var shown = Examination.Describe(diagnoses, forEverybody: true);

        Assert.Equal("ok", (string?)shown["result"]);
        Assert.Equal(2, (int?)Assert.Single(shown["checks"]!.AsArray())!["number"]);
    }

    [Fact]
    public async Task A_check_that_hangs_is_given_up_and_one_that_fails_is_a_finding()
    {
        var time = new FakeTimeProvider();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var examination = new Examination(
            [
                new FakeCheck(1, async () =>
                {
                    begun.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, Cancelled);
                    return Finding.Ok("never");
                }),
                new FakeCheck(2, () => throw new InvalidOperationException("It broke.")),
                new FakeCheck(3, () => throw new StorageException("/x", "The disk is full.")),
            ],
            time).ExamineAsync(Cancelled);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        time.Advance(TimeSpan.FromSeconds(11));

        var diagnoses = await examination.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);

        Assert.All(diagnoses, diagnosis => Assert.Equal(Health.Broken, diagnosis.Finding.Health));
        Assert.Contains("within 10 s", diagnoses[0].Finding.Found, StringComparison.Ordinal);
        Assert.Contains("It broke.", diagnoses[1].Finding.Found, StringComparison.Ordinal);
        Assert.Contains("The disk is full.", diagnoses[2].Finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_the_socket_root_sees_all_and_others_a_part()
    {
        using var patient = new TestPatient();
        await patient.StoreAsync();
        var control = new DoctorControl(LoadedConfiguration.Load(patient.Folder.Main), new OneReport(patient.Report), FakePlugins.New().Host, patient, patient.FileServer, patient.Time);
        var method = Assert.Single(control.Methods);

        var all = await Call(0);
        var part = await Call(4242);

        Assert.True(method.IsForEverybody);
        Assert.Equal(Enumerable.Range(1, 20), all["checks"]!.AsArray().Select(check => (int)check!["number"]!));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 9, 10, 11], part["checks"]!.AsArray().Select(check => (int)check!["number"]!));
        Assert.DoesNotContain(patient.State, part.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", all.ToJsonString(), StringComparison.Ordinal);

        async Task<JsonNode> Call(uint user) =>
            (await method.Call(JsonRpc.Read("""{"method":"doctor"}""", out _)!, new PeerCredentials(1, user), Cancelled))!;
    }

    private static Task<IReadOnlyList<Diagnosis>> Examine(params IHealthCheck[] checks) => new Examination(checks, TimeProvider.System).ExamineAsync(Cancelled);

    private sealed class OneReport(AgentReport report) : IAgentControl
    {
        public Task<AgentReport> GetReport() => Task.FromResult(report);

        public Task<RegistrationReport> Register(string? host, string user, string password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistrationReport> Unregister(string user, string password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistrationReport> AdoptMachine() => throw new NotSupportedException();
    }

    private sealed class FakeCheck(int number, Func<Task<Finding>> check, bool isForEverybody = false) : IHealthCheck
    {
        public int Number => number;

        public string Name => $"check {number}";

        public bool IsForEverybody => isForEverybody;

        public Task<Finding> CheckAsync(CancellationToken cancellationToken) => check();
    }
}
