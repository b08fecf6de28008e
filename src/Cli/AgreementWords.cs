using System.Globalization;

namespace Ahenk.Cli;

/// <summary>What is said to users about the agreement, in their language: they are not administrators.</summary>
/// <param name="Question">Asks for the answer.</param>
/// <param name="Yes">The word that accepts.</param>
/// <param name="No">The word that refuses.</param>
/// <param name="NotAnswered">There was no terminal to answer from.</param>
/// <param name="NotRequired">Nobody has to accept it here.</param>
/// <param name="Open">The user has not answered yet.</param>
/// <param name="Accepted">The user has accepted.</param>
/// <param name="Refused">The user has refused.</param>
internal sealed record AgreementWords(
    string Question, string Yes, string No, string NotAnswered, string NotRequired, string Open, string Accepted, string Refused)
{
    private static readonly AgreementWords Turkish = new(
        "Kabul ediyor musunuz? [evet/hayır] ",
        "evet",
        "hayır",
        "Yanıt alınamadı. Yanıtlamak için: ahenk agreement accept ya da ahenk agreement refuse",
        "Bu bilgisayarda sözleşmenin kabul edilmesi istenmiyor.",
        "Bu sözleşmeyi henüz yanıtlamadınız.",
        "Bu sözleşmeyi kabul ettiniz.",
        "Bu sözleşmeyi reddettiniz.");

    private static readonly AgreementWords English = new(
        "Do you accept? [yes/no] ",
        "yes",
        "no",
        "There was no answer. To answer: ahenk agreement accept or ahenk agreement refuse",
        "On this machine nobody has to accept the agreement.",
        "You have not answered this agreement yet.",
        "You have accepted this agreement.",
        "You have refused this agreement.");

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>Those of the user's locale (locale(7)).</summary>
    public static AgreementWords Current { get; } = Words.IsTurkish ? Turkish : English;

    /// <summary>Whether a line accepts. Only the whole word does.</summary>
    public bool IsYes(string line) => Is(line, Yes);

    /// <summary>Whether a line refuses; also without the dotless letter, which not every keyboard has.</summary>
    public bool IsNo(string line) => Is(line, No) || Is(line, No.Replace('ı', 'i'));

    private static bool Is(string line, string word) => string.Compare(line.Trim(), word, ignoreCase: true, Culture) == 0;
}
