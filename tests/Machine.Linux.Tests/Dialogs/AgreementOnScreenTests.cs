using Ahenk.Grains.Agreement;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Lider.Protocol;
using Ahenk.Machine.Linux.Tests.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Machine.Linux.Tests.Dialogs;

/// <summary>The agreement on a real screen: the grain's text, the real prompt, zenity, and a user with keyboard and mouse.</summary>
[Trait("Category", "Integration")]
public sealed class AgreementOnScreenTests : RunnerTest, IClassFixture<Screen>, IAsyncLifetime
{
    private const string Title = "Ahenk kullanıcı sözleşmesi";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Screen _screen;
    private readonly string _private = Directory.CreateTempSubdirectory("ahenk-private-").FullName;
    private readonly FakeDocumentStore _documents = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
    private readonly AgreementGrain _grain;
    private readonly AgreementPrompt _prompt;
    private Task _asked = Task.CompletedTask;

    public AgreementOnScreenTests(Screen screen)
    {
        _screen = screen;
        var options = new PeopleOptions { AgreementRequired = true, AgreementTimeout = TimeSpan.FromMinutes(5), IsTurkish = true };
        var machine = new MachineWithScreen(screen, UserDialogsTests.Zenity(screen), _private);
        _grain = new AgreementGrain(_documents, null!, new FakeTransfer(), machine, options, _time, NullLogger<AgreementGrain>.Instance);
        _prompt = new AgreementPrompt(machine, options, _time, NullLogger<AgreementPrompt>.Instance);
    }

    private string User => _screen.Owner.Name;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _grain.OnDeactivateAsync(default, CancellationToken.None);
        _grain.Dispose();
        _stop.Dispose();
        Directory.Delete(_private, recursive: true);
    }

    [Fact]
    public async Task Who_accepts_is_asked_again_only_for_another_text()
    {
        var question = await AskedAsync();
        var reply = Ask(question);
        await _screen.WindowAsync(Title);
        await CheckPictureAsync();
        await _screen.PressAsync("Return");
        Assert.Equal(AgreementReply.Accepted, await reply);
        await _grain.Answer(User, question.Md5, accepted: true);
        Assert.Null(await _grain.Find(User));

        await _grain.Receive(FakeTransfer.PlaceOf("Yeni metin.\n"));
        await _documents.WaitAsync(store => store.Documents.ContainsKey(new DocumentKey(DocumentKinds.AgreementText, "text")));

        var changed = await AskedAsync(other: question.Md5);
        Assert.Equal("Yeni metin.\n", changed.Text);
        reply = Ask(changed);
        await _screen.WindowAsync(Title);
        await _screen.PressAsync("Escape");
        Assert.Equal(AgreementReply.Closed, await reply);
    }

    [Fact]
    public async Task Who_refuses_is_asked_again()
    {
        var question = await AskedAsync();
        var reply = Ask(question);
        await _screen.ClickLastButtonAsync(await _screen.WindowAsync(Title));
        Assert.Equal(AgreementReply.Refused, await reply);
        await _grain.Answer(User, question.Md5, accepted: false);

        Assert.Equal(question, await _grain.Find(User));
        Assert.Contains("\"accepted\":false", _documents.Messages[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_closes_the_window_has_not_answered()
    {
        var reply = Ask(await AskedAsync());
        await _screen.WindowAsync(Title);
        await _screen.PressAsync("alt+F4");

        Assert.Equal(AgreementReply.Closed, await reply);
    }

    [Fact]
    public async Task When_the_time_is_up_the_window_goes()
    {
        var reply = Ask(await AskedAsync());
        await _screen.WindowAsync(Title);

        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(AgreementReply.TimedOut, await reply);
        Assert.False(await _screen.HasWindowAsync(Title));
    }

    private Task<AgreementReply> Ask(AgreementQuestion question)
    {
        var reply = _prompt.AskAsync(User, question, _stop.Token);
        _asked = reply;
        return reply.WaitAsync(Limit, Token);
    }

    /// <summary>The question; a text that is just being stored is waited for.</summary>
    private async Task<AgreementQuestion> AskedAsync(string? other = null)
    {
        AgreementQuestion? question;
        do
        {
            question = await _grain.Find(User);
        }
        while (question is null || question.Md5 == other);

        return question;
    }

    private async Task CheckPictureAsync()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Screenshots", "agreement.png");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await _screen.PictureAsync(file);
        var facts = (await _screen.ToolAsync("identify", "-format", "%m %w %h %k", file)).Split(' ');
        Assert.Equal(["PNG", "1024", "768"], facts[..3]);
        Assert.True(Number(facts[3]) > 100, $"The picture has {facts[3]} colours: there is nothing on it.");
    }

    /// <summary>A file server whose file is what its address says.</summary>
    private sealed class FakeTransfer : IFileTransfer
    {
        public static string PlaceOf(string text) => new FileServer { Protocol = FileProtocol.Http, Url = text }.ToJson();

        public Task FetchAsync(FileServer server, string? path, string localFile, CancellationToken cancellationToken) =>
            File.WriteAllTextAsync(localFile, server.Url, cancellationToken);

        public Task UploadAsync(FileServer server, string agent, string name, string localFile, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    /// <summary>A machine with one session, on the screen.</summary>
    private sealed class MachineWithScreen(Screen screen, IUserDialogs dialogs, string privateDirectory) : IMachine, IUserSessions
    {
        public ICommandRunner Commands => throw new NotSupportedException();

        public IInventory Inventory => throw new NotSupportedException();

        public IUserSessions Sessions => this;

        public IUserDialogs Dialogs => dialogs;

        public string PrivateDirectory => privateDirectory;

        public Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<UserSession>>([screen.Session]);

        public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session) => screen.Sessions.ReadEnvironment(session);

        public Task<bool> EndAsync(UserSession session, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
