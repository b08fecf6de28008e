namespace Ahenk.Grains.Interfaces;

/// <summary>How users are dealt with.</summary>
public sealed record PeopleOptions
{
    /// <summary>Whether users have to accept the agreement. <c>[MACHINE] agreement</c>.</summary>
    public bool AgreementRequired { get; init; }

    /// <summary>How long the agreement waits for an answer. <c>[SESSION] agreement_timeout</c>.</summary>
    public TimeSpan AgreementTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What becomes of users who cannot be asked: they may work, or their sessions are ended. <c>[MACHINE] agreement_without_ui</c>.</summary>
    public bool AllowWithoutUi { get; init; } = true;

    /// <summary>How long Lider is waited for before the stored policies are applied. <c>[SESSION] get_policy_timeout</c>.</summary>
    public TimeSpan PolicyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether people are spoken to in Turkish; otherwise in English. <c>[MACHINE] language</c>.</summary>
    public bool IsTurkish { get; init; } = true;
}
