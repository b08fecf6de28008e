using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class DocumentStoreTests : IAsyncDisposable
{
    private static readonly DocumentKey Ayse = new(DocumentKinds.Session, "ayse");
    private static readonly DocumentKey Mehmet = new(DocumentKinds.Session, "mehmet");

    private readonly TestDatabase _database = TestDatabase.Create();

    private IDocumentStore Documents => _database.Documents;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("""{"user":"ğüşıöç \u2028 😀"}""")]
    public async Task A_text_comes_back_as_it_was_stored(string text)
    {
        Assert.Null(await Documents.FindAsync(Ayse));

        await Documents.SaveAsync([new Document(Ayse, text)], []);

        Assert.Equal(text, await Documents.FindAsync(Ayse));
    }

    [Fact]
    public async Task Texts_of_several_megabytes_come_back_whole()
    {
        var text = string.Concat(Enumerable.Range(0, 400_000).Select(number => $"ölçüm {number};"));

        await Documents.SaveAsync([new Document(Ayse, text), new Document(Mehmet, text)], []);
        await _database.ReopenAsync();

        Assert.InRange(text.Length, 4_000_000, 8_000_000);
        Assert.Equal(text, await Documents.FindAsync(Ayse));
        Assert.Equal(text, await Documents.FindAsync(Mehmet));
    }

    [Fact]
    public async Task A_text_is_replaced_and_removed()
    {
        await Documents.SaveAsync([new Document(Ayse, "first"), new Document(Mehmet, "stays")], []);
        await Documents.SaveAsync([new Document(Ayse, "second")], []);
        Assert.Equal("second", await Documents.FindAsync(Ayse));

        await Documents.SaveAsync([new Document(Ayse, null), new Document(new DocumentKey(DocumentKinds.Policies, "never there"), null)], []);

        Assert.Null(await Documents.FindAsync(Ayse));
        Assert.Equal([new Document(Mehmet, "stays")], await Documents.ListAsync(DocumentKinds.Session));
    }

    [Fact]
    public async Task The_last_word_about_a_key_counts()
    {
        await Documents.SaveAsync([new Document(Ayse, "first"), new Document(Ayse, null), new Document(Ayse, "last")], []);

        Assert.Equal("last", await Documents.FindAsync(Ayse));
    }

    [Fact]
    public async Task Documents_are_listed_by_kind_in_the_order_of_their_names()
    {
        await Documents.SaveAsync(
            [.. ((string[])["zeki", "Ali", "ayse", "çiğdem", ""]).Select(name => new Document(new DocumentKey(DocumentKinds.AgreementAnswer, name), name + "'s"))], []);
        await Documents.SaveAsync([new Document(Ayse, "of another kind")], []);

        var listed = await Documents.ListAsync(DocumentKinds.AgreementAnswer);

        Assert.Equal(["", "Ali", "ayse", "zeki", "çiğdem"], listed.Select(document => document.Key.Name));
        Assert.All(listed, document => Assert.Equal((DocumentKinds.AgreementAnswer, document.Key.Name + "'s"), (document.Key.Kind, document.Text)));
        Assert.Empty(await Documents.ListAsync("agreement-"));
    }

    [Fact]
    public async Task Messages_go_out_in_their_order_and_wake_the_pump()
    {
        var wake = _database.Outbox.WaitForChangeAsync(TestContext.Current.CancellationToken);
        var later = TestDatabase.Start.AddMinutes(1);

        await Documents.SaveAsync([new Document(Ayse, "in")], [TestDatabase.Draft("one"), TestDatabase.Draft("two"), new OutboxDraft("later", later), TestDatabase.Draft("three")]);
        await wake.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(["one", "two", "three"], await _database.DueBodiesAsync());
        _database.Time.SetUtcNow(later);
        Assert.Equal(["one", "two", "later", "three"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task A_save_survives_a_power_cut_and_is_one_commit()
    {
        var (commits, synced) = (_database.Db.Journal.Commits, _database.Db.Journal.SyncedCommits);

        await Documents.SaveAsync([new Document(Ayse, "a"), new Document(Mehmet, "b")], [TestDatabase.Draft("one"), TestDatabase.Draft("two")]);

        Assert.Equal((1, 1), (_database.Db.Journal.Commits - commits, _database.Db.Journal.SyncedCommits - synced));
    }

    [Fact]
    public async Task Saves_at_the_same_time_share_their_commits()
    {
        const int Burst = 500;
        var before = _database.Db.Journal.Commits;
        Task all;
        await using (await _database.Db.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            all = Task.WhenAll(Enumerable.Range(0, Burst).Select(number =>
                Documents.SaveAsync([new Document(new DocumentKey(DocumentKinds.Session, $"{number:000}"), $"{number}")], [TestDatabase.Draft($"{number}")]).AsTask()));
        }

        await all;

        var numbers = Enumerable.Range(0, Burst).Select(number => $"{number}").ToList();
        Assert.InRange(_database.Db.Journal.Commits - before, 1, 3);
        Assert.Equal(numbers, (await Documents.ListAsync(DocumentKinds.Session)).Select(document => document.Text));
        Assert.Equal(numbers, await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task A_save_that_fails_stores_nothing_of_it_and_takes_nobody_with_it()
    {
        await Documents.SaveAsync([new Document(Ayse, "before")], []);
        Task first;
        Task culprit;
        Task last;
        await using (await _database.Db.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            first = Documents.SaveAsync([new Document(Mehmet, "first")], [TestDatabase.Draft("first")]).AsTask();
            culprit = Documents.SaveAsync(
                [new Document(Ayse, "half done"), new Document(Mehmet, null), new Document(new DocumentKey(DocumentKinds.Session, null!), "no name")],
                [TestDatabase.Draft("half done")]).AsTask();
            last = Documents.SaveAsync([new Document(new DocumentKey(DocumentKinds.Session, "zeki"), "last")], [TestDatabase.Draft("last")]).AsTask();
        }

        await Assert.ThrowsAsync<StorageException>(() => culprit);
        await Task.WhenAll(first, last);

        Assert.Equal(["before", "first", "last"], (await Documents.ListAsync(DocumentKinds.Session)).Select(document => document.Text));
        Assert.Equal(["first", "last"], await _database.DueBodiesAsync());
        Assert.Equal(new OutboxFigures(2, 0, 9, 0), await _database.Outbox.ReadFiguresAsync());
    }

    [Fact]
    public async Task A_message_that_cannot_be_stored_keeps_the_documents_out()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await Documents.SaveAsync([new Document(Ayse, "in")], [TestDatabase.Draft(), TestDatabase.Draft(new string('x', (int)_database.Options.OutboxMaxBytes + 1))]));

        Assert.Null(await Documents.FindAsync(Ayse));
        Assert.Empty(await _database.DueAsync());
    }

    [Fact]
    public async Task What_the_caller_does_with_its_lists_afterwards_changes_nothing()
    {
        var documents = new List<Document> { new(Ayse, "in") };
        var messages = new List<OutboxDraft> { TestDatabase.Draft("one") };
        Task save;
        await using (await _database.Db.GrainDataSource.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            save = Documents.SaveAsync(documents, messages).AsTask();
            documents.Clear();
            messages.Clear();
        }

        await save;

        Assert.Equal("in", await Documents.FindAsync(Ayse));
        Assert.Equal(["one"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task Documents_and_messages_outlive_the_process()
    {
        await Documents.SaveAsync([new Document(Ayse, "in"), new Document(Mehmet, "gone")], [TestDatabase.Draft("one")]);
        await Documents.SaveAsync([new Document(Mehmet, null)], [TestDatabase.Draft("two")]);

        await _database.ReopenAsync();

        Assert.Equal([new Document(Ayse, "in")], await Documents.ListAsync(DocumentKinds.Session));
        Assert.Equal(["one", "two"], await _database.DueBodiesAsync());
    }

    [Fact]
    public async Task Calls_after_closing_fail_and_do_not_hang()
    {
        var documents = Documents;
        await _database.Db.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await documents.SaveAsync([new Document(Ayse, "in")], []));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await documents.FindAsync(Ayse));
    }
}
