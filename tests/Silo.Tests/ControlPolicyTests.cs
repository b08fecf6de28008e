using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class ControlPolicyTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 5, 9, 0, 0, TimeSpan.Zero);

    private readonly ControlMethods _methods = new([new PolicyControl(Policies.Factory(), new OneStore())]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everybody_s_policies_and_the_machine_s_are_told()
    {
        var answer = (await Ask("""{"method":"policies"}"""))!.AsArray();

        Assert.Equal([null, "ayse", "can"], answer.Select(owner => (string?)owner!["user"]));
        Assert.Equal(At, (DateTimeOffset)answer[1]!["received_at"]!);
        Assert.Equal(
            """{"id":12,"version":"12-3","assigned":"01/03/2026 09:15:22","expires":null,"plugins":["usb","conky"]}""", Assert.Single(answer[1]!["policies"]!.AsArray())!.ToJsonString());
        Assert.Equal("""{"kind":"apply","scope":"user","plugin":"usb","reason":"Of ayse."}""", Assert.Single(answer[1]!["plan"]!.AsArray())!.ToJsonString());
    }

    [Theory]
    [InlineData("ayse")]
    [InlineData("FIRMA\\\\ayse")]
    public async Task One_user_s_are_told_beside_the_machine_s(string user)
    {
        var answer = (await Ask($$$"""{"method":"policies","params":{"user":"{{{user}}}"}}"""))!.AsArray();

        Assert.Equal([null, "ayse"], answer.Select(owner => (string?)owner!["user"]));
    }

    [Theory]
    [InlineData("stranger")]
    [InlineData("/machine")]
    [InlineData("")]
    public async Task Nothing_is_told_of_somebody_who_was_never_here(string user)
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(() => Ask($$$"""{"method":"policies","params":{"user":"{{{user}}}"}}"""));

        Assert.Equal(JsonRpc.InvalidParams, refusal.Code);
        Assert.Contains($"'{user}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_root_may_see_them()
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(() => Ask("""{"method":"policies"}""", userId: 4242));

        Assert.Equal(JsonRpc.Forbidden, refusal.Code);
    }

    private Task<System.Text.Json.Nodes.JsonNode?> Ask(string request, uint userId = 0) =>
        _methods.Invoke(JsonRpc.Read(request, out _)!, new PeerCredentials(1, userId), Token);

    private sealed class OneStore : IDocumentStore
    {
        public ValueTask<IReadOnlyList<Document>> ListAsync(string kind) => new(
            [.. ((string[])[IPolicyGrain.MachineKey, "ayse", "can"]).Select(name => new Document(new DocumentKey(kind, name), "{}"))]);

        public ValueTask<string?> FindAsync(DocumentKey key) => throw new NotSupportedException();

        public ValueTask SaveAsync(IReadOnlyList<Document> documents, IReadOnlyList<OutboxDraft> messages) => throw new NotSupportedException();
    }

    /// <summary>Hands out policies that explain themselves and do nothing else.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    [SuppressMessage("Design", "CA1034", Justification = "DispatchProxy has to see it.")]
    internal class Policies : DispatchProxy
    {
        private string _key = "";

        public static IGrainFactory Factory() => Create<IGrainFactory, Policies>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod switch
        {
            { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IPolicyGrain) => Grain((string)args![0]!),
            { Name: nameof(IPolicyGrain.Explain) } => Task.FromResult(new PolicyReportView(
                [new PolicyView(12, "12-3", "01/03/2026 09:15:22", null, ["usb", "conky"])], [new PolicyStepView("apply", "user", "usb", $"Of {_key}.")], At)),
            _ => throw new NotSupportedException(targetMethod?.ToString()),
        };

        private static IPolicyGrain Grain(string key)
        {
            var grain = Create<IPolicyGrain, Policies>();
            ((Policies)(object)grain)._key = key;
            return grain;
        }
    }
}
