using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.Grains.Tests.Agreement;

[Trait("Category", "Unit")]
public sealed class AgreementGrainTests : IAsyncLifetime
{
    private const string Place = """{"protocol":"SSH","parameterMap":{"host":"files.example","port":22,"username":"lider","password":"secret","path":"/agreement.txt"}}""";

    private static readonly DocumentKey TextKey = new(DocumentKinds.AgreementText, "text");

    private readonly FakeDocumentStore _documents = new();
    private readonly PeopleMachine _machine = new();
    private readonly ScriptedTransfer _transfer = new();
    private GrainCluster _silo = null!;

    private IAgreementGrain Agreement => _silo.Grains.GetGrain<IAgreementGrain>(0);

    public async ValueTask InitializeAsync() => await StartAsync(new PeopleOptions { AgreementRequired = true, IsTurkish = false });

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _machine.Dispose();
    }

    [Fact]
    public async Task A_registered_machine_asks_Lider_at_every_start()
    {
        await _silo.Agent.MarkRegistered("{}", null);
        await Agreement.Start();
        await Agreement.Start();

        Assert.Equal(2, _silo.Outbox.Drafts.Count);
        Assert.All(_silo.Outbox.Drafts, draft => Assert.Equal(("REQUEST_AGREEMENT", false), ((string?)JsonNode.Parse(draft.Body)!["type"], draft.IsFinal)));
    }

    [Fact]
    public async Task A_machine_that_is_not_registered_asks_nothing()
    {
        await Agreement.Start();

        Assert.Empty(_silo.Outbox.Drafts);
    }

    [Theory]
    [InlineData(true, "AHENK KULLANICI SÖZLEŞMESİ\n")]
    [InlineData(false, "AHENK USER AGREEMENT\n")]
    public async Task The_default_text_is_asked_for_while_there_is_no_other(bool isTurkish, string beginning)
    {
        await _silo.DisposeAsync();
        await StartAsync(new PeopleOptions { AgreementRequired = true, IsTurkish = isTurkish });

        var question = await Agreement.Find("ayse");

        Assert.StartsWith(beginning, question!.Text, StringComparison.Ordinal);
        Assert.Equal(Sum(Encoding.UTF8.GetBytes(question.Text)), question.Md5);
    }

    [Fact]
    public async Task Nobody_is_asked_where_no_agreement_is_required()
    {
        await _silo.DisposeAsync();
        await StartAsync(new PeopleOptions { AgreementRequired = false });

        Assert.Null(await Agreement.Find("ayse"));
        Assert.False((await Agreement.GetReport("ayse")).IsRequired);
    }

    [Fact]
    public async Task The_text_of_Lider_is_fetched_and_outlives_the_grain()
    {
        await Receive("Neuer Text ğ\r\nzwei\n"u8.ToArray(), "Neuer Text ğ\nzwei\n");
        await _silo.Deactivate(Agreement);

        var question = await Agreement.Find("ayse");

        Assert.Equal(("Neuer Text ğ\nzwei\n", Sum("Neuer Text ğ\r\nzwei\n"u8)), (question!.Text, question.Md5));
        var stored = _documents.Documents[TextKey];
        Assert.Equal("sftp://files.example:22/agreement.txt", (string?)JsonNode.Parse(stored)!["source"]);
        Assert.DoesNotContain("secret", stored, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_machine.PrivateDirectory));
    }

    [Fact]
    public async Task An_answer_is_stored_together_with_its_message()
    {
        var question = (await Agreement.Find("ayse"))!;
        await Agreement.Answer("ayse", question.Md5, accepted: true);

        Assert.Null(await Agreement.Find("ayse"));
        Assert.NotNull(await Agreement.Find("veli"));
        var message = JsonNode.Parse(Assert.Single(_documents.Messages).Body)!;
        Assert.Equal(
            ("AGREEMENT_STATUS", "ayse", question.Md5, true),
            ((string?)message["type"], (string?)message["username"], (string?)message["md5"], (bool)message["accepted"]!));
        Assert.Equal((true, (DateTimeOffset?)Given.Now), await Report("ayse"));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_stored_is_none()
    {
        var question = (await Agreement.Find("ayse"))!;
        _documents.FailNext(1);

        await Assert.ThrowsAnyAsync<Exception>(() => Agreement.Answer("ayse", question.Md5, accepted: true));

        Assert.NotNull(await Agreement.Find("ayse"));
        Assert.Empty(_documents.Messages);
    }

    [Fact]
    public async Task Who_refused_is_asked_again()
    {
        var question = (await Agreement.Find("ayse"))!;
        await Agreement.Answer("ayse", question.Md5, accepted: false);

        Assert.Equal(question, await Agreement.Find("ayse"));
        Assert.Equal((false, (DateTimeOffset?)Given.Now), await Report("ayse"));
    }

    [Fact]
    public async Task Another_text_makes_every_answer_void_and_the_same_one_none()
    {
        await Receive("one"u8.ToArray(), "one");
        await Agreement.Answer("ayse", Sum("one"u8), accepted: true);
        await Agreement.Receive(Place);
        await _transfer.WhenFetched(2);
        await Receive("two"u8.ToArray(), "two");

        Assert.Equal("two", (await Agreement.Find("ayse"))!.Text);
        Assert.Equal((null, null), await Report("ayse"));
        Assert.Equal(3, _transfer.Fetched);
    }

    [Fact]
    public async Task An_answer_to_the_text_before_counts_for_that_text()
    {
        await Receive("one"u8.ToArray(), "one");
        await Receive("two"u8.ToArray(), "two");
        await Agreement.Answer("ayse", Sum("one"u8), accepted: true);
        Assert.Equal("two", (await Agreement.Find("ayse"))!.Text);

        await Receive("one"u8.ToArray(), "one");
        Assert.Null(await Agreement.Find("ayse"));
    }

    public static TheoryData<byte[]> NoAgreements => new(
        [], "  \n"u8.ToArray(), [0xFF, 0xFE, 0x41, 0], "a\0b"u8.ToArray(), "a\u001b[2J"u8.ToArray(), [0xC3], Encoding.ASCII.GetBytes(new string('x', (1 << 20) + 1)));

    [Theory]
    [MemberData(nameof(NoAgreements))]
    public async Task What_is_no_text_is_not_taken(byte[] file)
    {
        await Receive("before"u8.ToArray(), "before");
        _transfer.File = file;
        await Agreement.Receive(Place);

        // Fetches are dealt with one after the other: when the third one is, the second one has been.
        await _transfer.WhenFetched(2);
        _transfer.File = "before"u8.ToArray();
        await Agreement.Receive(Place);
        await _transfer.WhenFetched(3);

        Assert.Equal("before", (await Agreement.Find("ayse"))!.Text);
        Assert.Contains("before", _documents.Documents[TextKey], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mark_of_the_byte_order_is_part_of_the_sum_and_not_of_the_text() =>
        await Receive([0xEF, 0xBB, 0xBF, .. "text"u8], "text", Sum([0xEF, 0xBB, 0xBF, .. "text"u8]));

    [Fact]
    public async Task A_file_that_cannot_be_fetched_changes_nothing()
    {
        _transfer.Failure = new FileServerException("The file is not there.");
        await Agreement.Receive(Place);
        await Agreement.Receive("this is no place");
        await _transfer.WhenFetched(1);
        _transfer.Failure = null;

        await Receive("after"u8.ToArray(), "after");
    }

    [SuppressMessage("Security", "CA5351", Justification = "The sum by which Lider names agreements.")]
    private static string Sum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private async Task<(bool? Accepted, DateTimeOffset? At)> Report(string user)
    {
        var report = await Agreement.GetReport(user);
        return (report.Accepted, report.AnsweredAt);
    }

    /// <summary>Lets Lider send a file and waits until its text is the one that is asked.</summary>
    private async Task Receive(byte[] file, string text, string? md5 = null)
    {
        _transfer.File = file;
        await Agreement.Receive(Place);
        await _documents.WaitAsync(store => store.Documents.TryGetValue(TextKey, out var stored) && (string?)JsonNode.Parse(stored)!["text"] == text);
        AgreementReport report;
        do
        {
            // Stored is a moment before it is in use.
            report = await Agreement.GetReport("nobody");
        }
        while (report.Question.Text != text);

        Assert.Equal(md5 ?? Sum(file), report.Question.Md5);
    }

    private async Task StartAsync(PeopleOptions options) => _silo = await GrainCluster.StartAsync(more: services =>
    {
        services.AddSingleton<IDocumentStore>(_documents);
        services.AddSingleton<IFileTransfer>(_transfer);
        services.AddSingleton<IMachine>(_machine);
        services.AddSingleton(options);
    });

    /// <summary>A file server with one file.</summary>
    private sealed class ScriptedTransfer : IFileTransfer
    {
        private readonly Signal _changed = new();
        private volatile int _fetched;

        public byte[] File { get; set; } = [];

        public FileServerException? Failure { get; set; }

        public int Fetched => _fetched;

        public Task WhenFetched(int times) => _changed.When(() => _fetched >= times);

        public async Task FetchAsync(FileServer server, string? path, string localFile, CancellationToken cancellationToken)
        {
            try
            {
                Assert.Null(path);
                if (Failure is { } failure)
                {
                    throw failure;
                }

                await System.IO.File.WriteAllBytesAsync(localFile, File, cancellationToken);
            }
            finally
            {
                Interlocked.Increment(ref _fetched);
                _changed.Set();
            }
        }

        public Task UploadAsync(FileServer server, string agent, string name, string localFile, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
