using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Conky;

/// <summary>Where something is shown, for people.</summary>
internal static class Place
{
    /// <summary>The user and the screen, such as <c>ayse on :0</c>.</summary>
    public static string Of(UserSession session) => $"{session.UserName} on {session.Display ?? session.WaylandSocket ?? session.Terminal ?? $"session {session.Id}"}";
}
