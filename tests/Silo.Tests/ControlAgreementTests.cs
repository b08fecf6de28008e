using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Ahenk.Silo.Control;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class ControlAgreementTests : IDisposable
{
    private static readonly PeerCredentials Root = new(1, 0);
    private static readonly PeerCredentials Ayse = new(1, 1000);

    private readonly FakeAgreement _grains = FakeAgreement.New();
    private readonly TwoAccounts _accounts = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly CallerNames _callers;
    private readonly ControlMethods _methods;

    public ControlAgreementTests()
    {
        _callers = new CallerNames(_accounts, _clock);
        _methods = new ControlMethods([new AgreementControl(_grains.Factory, _accounts, _callers)]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _callers.Dispose();

    [Fact]
    public async Task Users_cannot_have_the_name_service_asked_as_often_as_they_like()
    {
        for (var call = 0; call < 5; call++)
        {
            await Call(Ayse, """{"method":"agreement"}""");
            await Assert.ThrowsAsync<ControlException>(() => Call(Ayse, """{"method":"agreement","params":{"user":"veli"}}"""));
        }

        Assert.Equal(["1000"], _accounts.Asked);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Call(Ayse, """{"method":"agreement","params":{"user":"ayse"}}""");
        Assert.Equal(["1000", "1000"], _accounts.Asked);
    }

    [Fact]
    public async Task Users_read_the_agreement_and_what_they_said_to_it()
    {
        var answer = await Call(Ayse, """{"method":"agreement"}""");

        Assert.Equal(
            """{"user":"ayse","required":true,"md5":"abc","text":"The text.","accepted":false,"answered_at":"1970-01-01T00:00:00+00:00"}""",
            answer);
    }

    [Fact]
    public async Task Users_answer_it_for_themselves()
    {
        Assert.Equal("""{"message":"ayse True"}""", await Call(Ayse, """{"method":"agreement_answer","params":{"accepted":true,"md5":"abc"}}"""));
        Assert.Equal("""{"message":"ayse False"}""", await Call(Ayse, """{"method":"agreement_answer","params":{"accepted":false,"md5":"abc","user":"ayse"}}"""));
    }

    [Fact]
    public async Task A_directory_user_has_a_name_without_domain() =>
        Assert.Contains("\"user\":\"veli\"", await Call(new PeerCredentials(1, 2000), """{"method":"agreement"}"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"method":"agreement","params":{"user":"CORP\\veli"}}""")]
    [InlineData("""{"method":"agreement","params":{"user":"nosuch"}}""")]
    [InlineData("""{"method":"agreement_answer","params":{"accepted":true,"md5":"abc","user":"CORP\\veli"}}""")]
    public Task Users_may_name_nobody_else(string line) => IsRefused(Ayse, line, JsonRpc.Forbidden);

    [Fact]
    public async Task Root_may_name_a_user() =>
        Assert.Equal("""{"message":"ayse True"}""", await Call(Root, """{"method":"agreement_answer","params":{"accepted":true,"md5":"abc","user":"ayse"}}"""));

    [Theory]
    [InlineData("""{"method":"agreement"}""")]
    [InlineData("""{"method":"agreement","params":{"user":"nosuch"}}""")]
    [InlineData("""{"method":"agreement","params":{"user":7}}""")]
    public Task Root_must_name_one(string line) => IsRefused(Root, line, JsonRpc.InvalidParams);

    [Fact]
    public Task A_number_without_a_user_is_refused() => IsRefused(new PeerCredentials(1, 4242), """{"method":"agreement"}""", JsonRpc.Forbidden);

    [Theory]
    [InlineData("""{"accepted":true}""")]
    [InlineData("""{"md5":"abc"}""")]
    [InlineData("""{"accepted":"yes","md5":"abc"}""")]
    [InlineData("""{"accepted":true,"md5":"of the text before"}""")]
    public Task An_answer_says_what_and_to_which_text(string parameters) =>
        IsRefused(Ayse, $$"""{"method":"agreement_answer","params":{{parameters}}}""", JsonRpc.InvalidParams);

    private async Task<string> Call(PeerCredentials caller, string line) =>
        (await _methods.Invoke(JsonRpc.Read(line, out _)!, caller, Token))!.ToJsonString();

    private async Task IsRefused(PeerCredentials caller, string line, int code)
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(() => Call(caller, line));

        Assert.Equal(code, refusal.Code);
        Assert.Empty(_grains.Answers);
    }

    private sealed class TwoAccounts : IAccounts
    {
        private static readonly Account[] All =
        [
            new("root", 0, 0, "/root", "", [0]), new("ayse", 1000, 1000, "/home/ayse", "", [1000]), new("CORP\\veli", 2000, 2000, "/home/veli", "", [2000]),
        ];

        public List<string> Asked { get; } = [];

        public Task<Account?> FindAsync(string name, CancellationToken cancellationToken)
        {
            Asked.Add(name);
            return Task.FromResult(All.FirstOrDefault(account => account.Name == name));
        }

        public Task<Account?> FindAsync(uint uid, CancellationToken cancellationToken)
        {
            Asked.Add($"{uid}");
            return Task.FromResult(All.FirstOrDefault(account => account.Uid == uid));
        }
    }

    /// <summary>The agreement's grain, and those of users.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    internal class FakeAgreement : DispatchProxy
    {
        /// <summary>What users said.</summary>
        public List<string> Answers { get; } = [];

        public IGrainFactory Factory => (IGrainFactory)(object)this;

        public static FakeAgreement New() => (FakeAgreement)(object)Create<IGrainFactory, FakeAgreement>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod switch
        {
            { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IAgreementGrain) => GrainProxy<IAgreementGrain>.Of((name, _) => name switch
            {
                nameof(IAgreementGrain.GetReport) =>
                    Task.FromResult(new AgreementReport(new AgreementQuestion("abc", "The text."), true, false, DateTimeOffset.UnixEpoch)),
                _ => throw new NotSupportedException(name),
            }),
            { Name: "GetGrain" } when targetMethod.ReturnType == typeof(IUserSessionGrain) => GrainProxy<IUserSessionGrain>.Of((name, arguments) => name switch
            {
                nameof(IUserSessionGrain.AnswerAgreement) => Take($"{args![0]} {arguments[0]}"),
                _ => throw new NotSupportedException(name),
            }),
            _ => throw new NotSupportedException(targetMethod?.ToString()),
        };

        private Task<string> Take(string answer)
        {
            Answers.Add(answer);
            return Task.FromResult(answer);
        }
    }

    /// <summary>A grain whose calls are answered by a function.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    internal class GrainProxy<T> : DispatchProxy
        where T : class
    {
        private Func<string, object?[], object?> _answer = static (name, _) => throw new NotSupportedException(name);

        public static T Of(Func<string, object?[], object?> answer)
        {
            var proxy = Create<T, GrainProxy<T>>();
            ((GrainProxy<T>)(object)proxy)._answer = answer;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!.Name, args!);
    }
}
