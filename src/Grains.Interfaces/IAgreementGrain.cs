namespace Ahenk.Grains.Interfaces;

/// <summary>The user agreement of this machine (LP 2.8, 7): its text and what users said to it. There is one, with key 0.</summary>
public interface IAgreementGrain : IGrainWithIntegerKey
{
    /// <summary>The agent has started: Lider is asked for the text.</summary>
    Task Start();

    /// <summary>Lider said where the text lies: it is fetched and stored in the background. Another text than before makes every answer void.</summary>
    /// <param name="source">The file, as <c>FileServer.ToJson</c> wrote it. Holds a password.</param>
    Task Receive(string source);

    /// <summary>What a user has to be asked; <see langword="null"/>: nothing, no agreement is asked for or the user has accepted this text.</summary>
    Task<AgreementQuestion?> Find(string user);

    /// <summary>The text as it stands and what a user said to it, whether or not there is something to ask.</summary>
    Task<AgreementReport> GetReport(string user);

    /// <summary>A user's answer: stored and told to Lider (AGREEMENT_STATUS, LP 3.7) in one.</summary>
    /// <param name="user">The login name.</param>
    /// <param name="md5">The sum of the text that was shown.</param>
    /// <param name="accepted">Whether the user accepted it.</param>
    Task Answer(string user, string md5, bool accepted);
}

/// <summary>What a user is asked.</summary>
/// <param name="Md5">The MD5 sum of the file that Lider sent, or of the default text's UTF-8 bytes, as lower-case hex; what Lider calls the text by.</param>
/// <param name="Text">The text.</param>
[GenerateSerializer, Immutable]
public sealed record AgreementQuestion([property: Id(0)] string Md5, [property: Id(1)] string Text);

/// <summary>The agreement and what a user said to it.</summary>
/// <param name="Question">The text.</param>
/// <param name="IsRequired">Whether users have to accept it (<c>[MACHINE] agreement</c>).</param>
/// <param name="Accepted">What the user said to this text; <see langword="null"/>: nothing yet.</param>
/// <param name="AnsweredAt">When.</param>
[GenerateSerializer, Immutable]
public sealed record AgreementReport(
    [property: Id(0)] AgreementQuestion Question,
    [property: Id(1)] bool IsRequired,
    [property: Id(2)] bool? Accepted,
    [property: Id(3)] DateTimeOffset? AnsweredAt);

/// <summary>Puts the agreement before a user, in all sessions of the user, and waits for the answer.</summary>
public interface IAgreementPrompt
{
    /// <summary>Asks.</summary>
    /// <param name="user">The login name.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="cancellationToken">The user has gone, or has answered by other means: the dialogs are taken away.</param>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    Task<AgreementReply> AskAsync(string user, AgreementQuestion question, CancellationToken cancellationToken);
}

/// <summary>What came of asking.</summary>
public enum AgreementReply
{
    /// <summary>The user accepted.</summary>
    Accepted,

    /// <summary>The user refused.</summary>
    Refused,

    /// <summary>The user closed the dialog without a choice.</summary>
    Closed,

    /// <summary>There was no answer in time (<c>[SESSION] agreement_timeout</c>).</summary>
    TimedOut,

    /// <summary>The user could not be asked: no session has a screen or terminal, or no program for dialogs is there (<c>[MACHINE] agreement_without_ui</c>).</summary>
    NotAsked,
}
