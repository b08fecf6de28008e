using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Agreement;

/// <summary>The agreement that is asked for while Lider has sent none. A changed word makes another text of it, to which everybody is asked again.</summary>
internal static class DefaultAgreement
{
    private const string Turkish =
        """
        AHENK KULLANICI SÖZLEŞMESİ

        Bu bilgisayar kurumunuza aittir ve kurumunuzun Lider sunucusu tarafından, bilgisayarda çalışan Ahenk yazılımı aracılığıyla merkezden yönetilir. Oturumunuza devam edebilmek için aşağıdakileri okuyup kabul etmeniz gerekir.

        1. Yönetim. Sistem yöneticileri bu bilgisayara yazılım kurabilir ve kaldırabilir, ayarları ve masaüstünü düzenleyebilir, dosyaları ve betikleri gönderebilir, bilgisayarı kapatabilir veya yeniden başlatabilir, oturumunuzu sonlandırabilir.

        2. Toplanan bilgiler. Oturum açtığınız ve kapattığınız zamanlar, kullanıcı adınız, bilgisayarın adı ve ağ adresleri, donanımı, kurulu yazılımlar ve yapılan işlemlerin sonuçları Lider sunucusuna gönderilir ve orada saklanır. Bu sözleşmeye verdiğiniz yanıt da kaydedilir.

        3. Amaç. Bu bilgiler yalnızca bilgisayarların yönetimi, güvenliği ve bakımı için kullanılır ve yürürlükteki mevzuata uygun olarak korunur. Verilerinizle ilgili haklarınız için kurumunuza başvurabilirsiniz.

        4. Sorumluluk. Bu bilgisayarı kurumunuzun kurallarına uygun kullanmak, parolanızı kimseyle paylaşmamak ve Ahenk yazılımının çalışmasını engellememek sizin sorumluluğunuzdadır.

        Kabul ederseniz oturumunuz sürer. Reddederseniz, pencereyi kapatırsanız veya süresinde yanıt vermezseniz oturumunuz sonlandırılır ve sözleşme bir sonraki girişinizde yeniden sorulur.

        """;

    private const string English =
        """
        AHENK USER AGREEMENT

        This computer belongs to your organisation and is managed centrally by its Lider server, by means of the Ahenk software that runs on the computer. To go on with your session you have to read and accept the following.

        1. Management. The system administrators may install and remove software on this computer, change its settings and its desktop, send files and scripts to it, switch it off or restart it, and end your session.

        2. What is collected. The times at which you log in and out, your user name, the computer's name and network addresses, its hardware, the installed software and the results of what was done are sent to the Lider server and kept there. So is your answer to this agreement.

        3. Purpose. This information is used only for the management, security and maintenance of the computers, and is protected as the law requires. Ask your organisation about your rights to your data.

        4. Responsibility. You are responsible for using this computer by the rules of your organisation, for telling nobody your password, and for not hindering the Ahenk software in its work.

        If you accept, your session goes on. If you refuse, close the window or do not answer in time, your session is ended and the agreement is put before you again at your next login.

        """;

    private static readonly AgreementQuestion InTurkish = AgreementFile.OfText(Turkish);
    private static readonly AgreementQuestion InEnglish = AgreementFile.OfText(English);

    /// <summary>The text in one of its languages.</summary>
    public static AgreementQuestion In(bool isTurkish) => isTurkish ? InTurkish : InEnglish;
}
