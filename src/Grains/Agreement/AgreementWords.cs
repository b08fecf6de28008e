namespace Ahenk.Grains.Agreement;

/// <summary>What stands around the agreement's text.</summary>
/// <param name="Title">The dialog's title.</param>
/// <param name="Accept">The button that accepts.</param>
/// <param name="Refuse">The button that refuses.</param>
/// <param name="Close">The button that closes the dialog without an answer.</param>
/// <param name="OnTerminal">What is written to a terminal; the time limit in minutes goes into it.</param>
internal sealed record AgreementWords(string Title, string Accept, string Refuse, string Close, string OnTerminal)
{
    private static readonly AgreementWords Turkish = new(
        "Ahenk kullanıcı sözleşmesi",
        "Kabul ediyorum",
        "Kabul etmiyorum",
        "Kapat",
        "Ahenk: Oturumunuza devam edebilmek için kullanıcı sözleşmesini kabul etmeniz gerekir.\n" +
        "Okumak ve yanıtlamak için şu komutu çalıştırın: ahenk agreement\n" +
        "{0} dakika içinde yanıtlamazsanız oturumunuz sonlandırılır.");

    private static readonly AgreementWords English = new(
        "Ahenk user agreement",
        "I accept",
        "I refuse",
        "Close",
        "Ahenk: To go on with your session you have to accept the user agreement.\n" +
        "To read and answer it, run: ahenk agreement\n" +
        "If you do not answer within {0} minutes, your session is ended.");

    /// <summary>The words of one language.</summary>
    public static AgreementWords In(bool isTurkish) => isTurkish ? Turkish : English;
}
