namespace Ahenk.LiderSimulator;

/// <summary>How the server behaves towards REGISTER and UNREGISTER. Counted over all agents, in the order of arrival.</summary>
public sealed class RegistrationScript
{
    /// <summary>So many REGISTERs get no answer at all; <see cref="int.MaxValue"/>: none ever does.</summary>
    public int SilentFirst { get; set; }

    /// <summary>A silent REGISTER still creates the account, as an attempt does that fails half-way (LP 4.1 step 8).</summary>
    public bool SilentCreatesAccount { get; set; }

    /// <summary>So many REGISTERs after the silent ones are refused.</summary>
    public int RefuseFirst { get; set; }

    /// <summary>The status of a refusal: <c>ALREADY_EXISTS</c> or <c>NOT_AUTHORIZED</c>.</summary>
    public string RefuseWith { get; set; } = "ALREADY_EXISTS";

    /// <summary>
    /// The directory has an entry with another password for each agent that comes for the first time: REGISTERED, but the account keeps the old
    /// password until a second REGISTER with the same MAC (LP 8.11).
    /// </summary>
    public bool OldPasswordFirst { get; set; }

    /// <summary>How long an answer takes.</summary>
    public TimeSpan ReplyDelay { get; set; }

    /// <summary>The user who may register agents; <see langword="null"/>: anybody may.</summary>
    public string? AuthorizedUser { get; set; }

    /// <summary>That user's password.</summary>
    public string AuthorizedPassword { get; set; } = "";
}
