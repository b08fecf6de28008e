using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class ControlUserTests
{
    private static readonly PeerCredentials Root = new(1, 0);

    private readonly FakePeople _people = new();
    private readonly ControlMethods _methods;

    public ControlUserTests() => _methods = new ControlMethods([new UserControl(_people, _people, FakeUsers.New())]);

    [Fact]
    public async Task A_login_is_handed_on_with_what_is_known()
    {
        Assert.Equal("""{"accepted":true}""", await Ask("""{"method":"login","params":{"user":"LIDER\\ayse","desktop":"gnome","display":":0","domain":"X","host":"10.0.0.9"}}"""));
        Assert.Equal("""{"accepted":false}""", await Ask("""{"method":"login","params":{"user":"gdm"}}"""));

        Assert.Equal([@"login LIDER\ayse gnome :0 X 10.0.0.9", "login gdm    "], _people.Events);
    }

    [Fact]
    public async Task A_logout_is_handed_on()
    {
        Assert.Equal("""{"accepted":true}""", await Ask("""{"method":"logout","params":{"user":"ayse"}}"""));

        Assert.Equal(["logout ayse"], _people.Events);
    }

    [Theory]
    [InlineData("login")]
    [InlineData("logout")]
    public async Task What_is_read_after_its_caller_has_given_up_is_left_to_the_callers_note(string method)
    {
        string Line(long by) => $$$"""{"method":"{{{method}}}","params":{"user":"ayse","by":{{{by}}}}}""";

        Assert.Equal(JsonRpc.Late, (await Assert.ThrowsAsync<ControlException>(() => Ask(Line(Environment.TickCount64)))).Code);
        Assert.Equal(["notes"], _people.Events);
        await Ask(Line(Environment.TickCount64 + 3_600_000));
        Assert.Equal(2, _people.Events.Count);
    }

    [Theory]
    [InlineData("""{"method":"login","params":{}}""")]
    [InlineData("""{"method":"login","params":{"user":7}}""")]
    [InlineData("""{"method":"login","params":{"user":"ayse","desktop":["gnome"]}}""")]
    [InlineData("""{"method":"logout"}""")]
    public async Task What_is_no_event_is_refused(string line)
    {
        Assert.Equal(JsonRpc.InvalidParams, (await Assert.ThrowsAsync<ControlException>(() => Ask(line))).Code);
        Assert.Empty(_people.Events);
    }

    [Fact]
    public async Task Users_are_listed_with_how_far_they_have_come() => Assert.Equal(
        """[{"user":"ayse","stage":"in","since":"1970-01-01T00:00:00+00:00","administrator":true}]""", await Ask("""{"method":"users"}"""));

    [Theory]
    [InlineData("""{"method":"login","params":{"user":"ayse"}}""")]
    [InlineData("""{"method":"logout","params":{"user":"ayse"}}""")]
    [InlineData("""{"method":"users"}""")]
    public async Task Only_root_may_tell_and_ask(string line)
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(
            () => _methods.Invoke(JsonRpc.Read(line, out _)!, new PeerCredentials(1, 4242), TestContext.Current.CancellationToken));

        Assert.Equal(JsonRpc.Forbidden, refusal.Code);
        Assert.Empty(_people.Events);
    }

    private async Task<string> Ask(string line) => (await _methods.Invoke(JsonRpc.Read(line, out _)!, Root, TestContext.Current.CancellationToken))!.ToJsonString();

    private sealed class FakePeople : ISessionEvents, IDocumentStore
    {
        public List<string> Events { get; } = [];

        public Task<bool> LoginAsync(string name, UserLogin login)
        {
            Events.Add($"login {name} {login.Desktop} {login.Display} {login.Domain} {login.RemoteHost}");
            return Task.FromResult(name != "gdm");
        }

        public void LookForNotes() => Events.Add("notes");

        public Task<bool> LogoutAsync(string name)
        {
            Events.Add($"logout {name}");
            return Task.FromResult(true);
        }

        public ValueTask<IReadOnlyList<Document>> ListAsync(string kind) =>
            new([new Document(new DocumentKey(kind, "ayse"), "{}"), new Document(new DocumentKey(kind, "gone"), "{}")]);

        public ValueTask<string?> FindAsync(DocumentKey key) => throw new NotSupportedException();

        public ValueTask SaveAsync(IReadOnlyList<Document> documents, IReadOnlyList<OutboxDraft> messages) => throw new NotSupportedException();
    }

    /// <summary>Users, of whom one has gone meanwhile.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    internal class FakeUsers : DispatchProxy
    {
        public static IGrainFactory New() => Create<IGrainFactory, FakeUsers>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var user = Create<IUserSessionGrain, FakeUser>();
            ((FakeUser)(object)user).Name = (string)args![0]!;
            return user;
        }
    }

    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    internal class FakeUser : DispatchProxy
    {
        public string Name { get; set; } = "";

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IUserSessionGrain.GetReport)
            ? Task.FromResult(Name == "gone" ? new UserReport(Name, UserStage.Out, null, false) : new UserReport(Name, UserStage.In, DateTimeOffset.UnixEpoch, true))
            : throw new NotSupportedException(targetMethod.Name);
    }
}
