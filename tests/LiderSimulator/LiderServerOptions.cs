using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>Settings of a <see cref="LiderServer"/>.</summary>
public sealed record LiderServerOptions
{
    /// <summary>Where the XMPP server is, and the server's own account. It is created by in-band registration when it is missing.</summary>
    public BareXmppOptions Xmpp { get; init; } = new() { Username = "lider_sunucu", Password = "lider", Resource = "Smack" };

    /// <summary>Whose encodings and forms are sent.</summary>
    public LiderEdition Edition { get; init; } = LiderEdition.Current;

    /// <summary>How long after the sending of a task its row exists (LP 2.2.1). Zero: from the start.</summary>
    public TimeSpan RowDelay { get; init; }

    /// <summary>Answer receipt requests (XEP-0184), as Smack always does (LP 1.5).</summary>
    public bool AnswerReceipts { get; init; } = true;

    /// <summary>How registration is answered; can be changed at any time.</summary>
    public RegistrationScript Registration { get; init; } = new();

    /// <summary>Users with a sudo role on all hosts: only they get a LOGIN_RESPONSE (LP 2.7). The old server answers their LOGOUT, too.</summary>
    public IReadOnlySet<string> SudoUsers { get; init; } = new HashSet<string>();

    /// <summary>
    /// The zone of the server's process. It writes the date of an assignment in Istanbul's and reads it in its own: with any other than +3, nothing that agents
    /// have is ever up to date (LP 5.1.3).
    /// </summary>
    public TimeSpan ServerOffset { get; init; } = TimeSpan.FromHours(3);

    /// <summary>
    /// Where the text of the user agreement lies at the start (protocol and parameterMap, LP 2.8), for an old server; null: today's, which does not listen (LP 7).
    /// </summary>
    public JsonObject? Agreement { get; init; }

    /// <summary>
    /// Where the package of a plugin lies (protocol and parameterMap, LP 2.8), for an old server that answers MISSING_PLUGIN; null as a result: it has none. Default:
    /// today's server, which does not listen (LP 7).
    /// </summary>
    public Func<string, JsonObject?>? Packages { get; init; }

    /// <summary>How many times in a row a lost session is opened anew before the server gives up.</summary>
    public int ReconnectAttempts { get; init; } = 100;

    /// <summary>The pause before such an attempt.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Clock of time limits, delays and timestamps.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets one line of text for everything that happens; no passwords in it. Called from several threads.</summary>
    public Action<string> Report { get; init; } = _ => { };
}
