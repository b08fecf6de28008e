using System.Security.Cryptography;
using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Agreement;

/// <inheritdoc cref="IAgreementGrain"/>
public sealed partial class AgreementGrain(
    IDocumentStore documents,
    IOutbox outbox,
    IFileTransfer files,
    IMachine machine,
    PeopleOptions options,
    TimeProvider time,
    ILogger<AgreementGrain> logger) : Grain, IAgreementGrain, IDisposable
{
    private static readonly DocumentKey TextKey = new(DocumentKinds.AgreementText, "text");

    private readonly CancellationTokenSource _stopping = new();
    private AgreementQuestion _question = DefaultAgreement.In(options.IsTurkish);
    private Task _fetching = Task.CompletedTask;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await documents.FindAsync(TextKey) is { } json)
        {
            var stored = JsonSerializer.Deserialize(json, AgreementJson.Default.StoredAgreement)!;
            _question = new AgreementQuestion(stored.Md5, stored.Text);
        }
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _fetching;
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <inheritdoc/>
    public async Task Start()
    {
        var identity = await GrainFactory.GetGrain<IAgentGrain>(0).GetIdentity();
        if (identity.State == RegistrationState.Unregistered)
        {
            LogNotAsked();
            return;
        }

        await outbox.AddAsync(new OutboxDraft(new RequestAgreementMessage { Timestamp = time.GetLocalNow() }.ToBody(), time.GetUtcNow(), IsFinal: false));
    }

    /// <inheritdoc/>
    public Task Receive(string source)
    {
        // One after the other: of two answers the later one stays.
        _fetching = FetchAsync(_fetching, source);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<AgreementQuestion?> Find(string user) =>
        options.AgreementRequired && await ReadAnswerAsync(user) is not { Accepted: true } ? _question : null;

    /// <inheritdoc/>
    public async Task<AgreementReport> GetReport(string user)
    {
        var answer = await ReadAnswerAsync(user);
        return new AgreementReport(_question, options.AgreementRequired, answer?.Accepted, answer?.At);
    }

    /// <inheritdoc/>
    public async Task Answer(string user, string md5, bool accepted)
    {
        var answer = new StoredAnswer(md5, accepted, time.GetUtcNow());
        var message = new AgreementStatusMessage { Username = user, Md5 = md5, Accepted = accepted, Timestamp = time.GetLocalNow() };
        await documents.SaveAsync(
            [new Document(KeyOf(user), JsonSerializer.Serialize(answer, AgreementJson.Default.StoredAnswer))],
            [new OutboxDraft(message.ToBody(), time.GetUtcNow())]);
        LogAnswered(user, accepted ? "accepted" : "refused", md5);
    }

    private static DocumentKey KeyOf(string user) => new(DocumentKinds.AgreementAnswer, user);

    /// <summary>What a user said to the text as it stands; said to another one it does not count.</summary>
    private async Task<StoredAnswer?> ReadAnswerAsync(string user) =>
        await documents.FindAsync(KeyOf(user)) is { } json && JsonSerializer.Deserialize(json, AgreementJson.Default.StoredAnswer) is { } answer && answer.Md5 == _question.Md5
            ? answer
            : null;

    private async Task FetchAsync(Task earlier, string source)
    {
        await earlier;
        var local = Path.Combine(machine.PrivateDirectory, $"agreement-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        try
        {
            var server = FileServer.FromJson(source);
            await files.FetchAsync(server, null, local, _stopping.Token);
            await TakeAsync(await ReadAsync(local), AgreementSource.Describe(server));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogInterrupted();
        }
        catch (Exception failure) when (failure is FileServerException or JsonException or IOException or UnauthorizedAccessException or StorageException)
        {
            // Nobody waits for this; the text that is there stays.
            LogNotFetched(failure.Message);
        }
        finally
        {
            File.Delete(local);
        }
    }

    /// <summary>A file's bytes, of one that is too long only so many that this shows.</summary>
    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        var bytes = new byte[Math.Min(stream.Length, AgreementFile.MostBytes + 1)];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private async Task TakeAsync(byte[] bytes, string place)
    {
        if (AgreementFile.Read(bytes, out var problem) is not { } question)
        {
            LogNotTaken(place, problem!);
            return;
        }

        if (question.Md5 == _question.Md5)
        {
            LogSame(question.Md5);
            return;
        }

        var stored = new StoredAgreement(question.Md5, question.Text, place, time.GetUtcNow());
        await documents.SaveAsync([new Document(TextKey, JsonSerializer.Serialize(stored, AgreementJson.Default.StoredAgreement))], []);
        _question = question;
        LogTaken(question.Md5, place);
    }

    [LoggerMessage(1741, LogLevel.Information, "[AGREEMENT] This machine is not registered: Lider is asked for the user agreement at the first start after the registration")]
    private partial void LogNotAsked();

    [LoggerMessage(1742, LogLevel.Information, "[AGREEMENT] A new user agreement ({Md5}) came from {Place}; every user is asked at the next login")]
    private partial void LogTaken(string md5, string place);

    [LoggerMessage(1743, LogLevel.Debug, "[AGREEMENT] The user agreement is unchanged ({Md5})")]
    private partial void LogSame(string md5);

    [LoggerMessage(1744, LogLevel.Error,
        "[AGREEMENT] The file at {Place} is not taken as the user agreement: {Problem}. The text before it stays. It has to be UTF-8 text of at most 1 MiB; put it right there and restart the agent")]
    private partial void LogNotTaken(string place, string problem);

    [LoggerMessage(1745, LogLevel.Error, "[AGREEMENT] The user agreement could not be fetched, the text before it stays; Lider is asked again at the next start: {Reason}")]
    private partial void LogNotFetched(string reason);

    [LoggerMessage(1746, LogLevel.Information, "[AGREEMENT] The agent stops while it fetches the user agreement; Lider is asked again at the next start")]
    private partial void LogInterrupted();

    [LoggerMessage(1747, LogLevel.Information, "[AGREEMENT] '{User}' {Answer} the user agreement ({Md5})")]
    private partial void LogAnswered(string user, string answer, string md5);
}
