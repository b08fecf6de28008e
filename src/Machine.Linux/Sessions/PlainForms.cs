using System.Text.RegularExpressions;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// The forms that values of a session have when they are what they should be. Users, and hosts that users come from, choose these values: what looks
/// otherwise is as if it were not there.
/// </summary>
internal static partial class PlainForms
{
    private const int LongestValue = 1024;

    /// <summary>The variables that are taken from a session's processes, each with its form.</summary>
    public static readonly IReadOnlyDictionary<string, Func<string, bool>> Variables = new Dictionary<string, Func<string, bool>>(StringComparer.Ordinal)
    {
        ["DISPLAY"] = IsDisplay,
        ["WAYLAND_DISPLAY"] = static value => IsWaylandSocket(value) || IsPath(value),
        ["XAUTHORITY"] = IsPath,
        ["DBUS_SESSION_BUS_ADDRESS"] = static value => Fits(BusAddress(), value) && !HasParentStep(value),
        ["XDG_RUNTIME_DIR"] = IsPath,
        ["XDG_CURRENT_DESKTOP"] = IsDesktop,
        ["XDG_SESSION_ID"] = IsSessionId,
        ["XDG_SESSION_TYPE"] = static value => value is "x11" or "wayland" or "tty" or "unspecified",
        ["LANG"] = static value => Fits(Locale(), value),
    };

    /// <summary>logind makes ids of letters and digits.</summary>
    public static bool IsSessionId(string value) => value.Length is > 0 and <= 64 && value.All(char.IsAsciiLetterOrDigit);

    /// <summary>For example <c>:0</c> or <c>localhost:10.0</c>.</summary>
    public static bool IsDisplay(string value) => Fits(Display(), value);

    /// <summary>The name of a socket in the runtime directory.</summary>
    public static bool IsWaylandSocket(string value) => Fits(WaylandSocket(), value);

    /// <summary>For example <c>gnome</c> or <c>ubuntu:GNOME</c>.</summary>
    public static bool IsDesktop(string value) => Fits(Desktop(), value);

    /// <summary>For example <c>seat0</c>.</summary>
    public static bool IsSeat(string value) => Fits(Seat(), value);

    /// <summary>For example <c>tty2</c> or <c>pts/0</c>.</summary>
    public static bool IsTerminal(string value) => Fits(Terminal(), value);

    /// <summary>A host's name or address.</summary>
    public static bool IsHost(string value) => Fits(Host(), value);

    /// <summary>For example <c>gdm-password</c>.</summary>
    public static bool IsService(string value) => Fits(Service(), value);

    /// <summary>The value when it has a form, else <see langword="null"/>.</summary>
    public static string? Take(string? value, Func<string, bool> form) => value is not null && form(value) ? value : null;

    private static bool IsPath(string value) => Fits(AbsolutePath(), value) && !HasParentStep(value);

    private static bool HasParentStep(string value) => value.Split('/').Contains("..");

    private static bool Fits(Regex form, string value) => value.Length <= LongestValue && form.IsMatch(value);

    [GeneratedRegex(@"\A[A-Za-z0-9.-]{0,255}:[0-9]{1,5}(\.[0-9]{1,3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Display();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex WaylandSocket();

    [GeneratedRegex(@"\A/[\p{L}\p{N}/._@+~-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex AbsolutePath();

    [GeneratedRegex(@"\Aunix:(path|abstract)=/[\p{L}\p{N}/._@+~-]+(,guid=[0-9a-f]{32})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex BusAddress();

    [GeneratedRegex(@"\A[A-Za-z0-9_.:+-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Desktop();

    [GeneratedRegex(@"\A[A-Za-z0-9_.@-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Locale();

    [GeneratedRegex(@"\Aseat[A-Za-z0-9_-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Seat();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9]{0,31}(/[0-9]{1,9})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Terminal();

    [GeneratedRegex(@"\A[A-Za-z0-9.:%_-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Host();

    [GeneratedRegex(@"\A[A-Za-z0-9_.@-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Service();
}
