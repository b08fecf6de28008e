namespace Ahenk.Cli;

/// <summary>
/// Texts for people in their language: English, or Turkish where the locale is (locale(7)). Both stand side by side where they are said, so that neither can be forgotten. What is for programs
/// (<c>--json</c>) and what the daemon says in sentences is always English.
/// </summary>
internal static class Words
{
    /// <summary>Whether the user's locale is Turkish.</summary>
    public static bool IsTurkish { get; } = IsTurkishLocale(
        ((string[])["LC_ALL", "LC_MESSAGES", "LANG"]).Select(Environment.GetEnvironmentVariable).FirstOrDefault(static value => !string.IsNullOrEmpty(value)));

    /// <summary>What the daemon says in single words, of states for the most part.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        // Tasks, and messages in the outbox.
        ["waiting"] = "bekliyor",
        ["running"] = "çalışıyor",
        ["finished"] = "bitti",
        ["parked"] = "ertelendi",
        ["scheduled"] = "zamanlandı",
        ["sent"] = "gönderildi",

        // Plugins.
        ["active"] = "etkin",
        ["disabled"] = "kapalı",
        ["notsupported"] = "desteklenmiyor",
        ["malfunctioned"] = "bozuk",
        ["superseded"] = "yerini başkası aldı",

        // The registration and the connection.
        ["unregistered"] = "kayıtsız",
        ["registered"] = "kayıtlı",
        ["verified"] = "doğrulandı",
        ["online"] = "bağlı",
        ["starting"] = "başlıyor",
        ["resolving"] = "ad çözülüyor",
        ["connecting"] = "bağlanıyor",
        ["securing"] = "güvenli hale getiriliyor",
        ["authenticating"] = "kimlik doğrulanıyor",
        ["binding"] = "oturum kuruluyor",
        ["registering"] = "kaydoluyor",
        ["waiting for 'ahenk register'"] = "'ahenk register' bekleniyor",
        ["stopped"] = "durdu",

        // Users.
        ["agreement"] = "sözleşme",
        ["announcing"] = "bildiriliyor",
        ["enteringmodes"] = "giriş kipleri",
        ["in"] = "oturumda",
        ["leavingmodes"] = "çıkış kipleri",
        ["refused"] = "reddetti",
    };

    /// <summary>One of two texts.</summary>
    public static string Say(string english, string turkish) => IsTurkish ? turkish : english;

    /// <summary>A word of the daemon, in the user's language where it is known.</summary>
    public static string Of(string word) => IsTurkish ? Known.GetValueOrDefault(word, word) : word;

    /// <summary>Yes or no.</summary>
    public static string YesOrNo(bool value) => value ? Say("yes", "evet") : Say("no", "hayır");

    /// <summary>Whether a locale is a Turkish one.</summary>
    public static bool IsTurkishLocale(string? locale) => locale?.StartsWith("tr", StringComparison.Ordinal) == true;
}
