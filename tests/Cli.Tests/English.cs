using System.Runtime.CompilerServices;

namespace Ahenk.Cli.Tests;

/// <summary>What these tests ask of the command within their own process is English, without colours and in UTC, wherever they run.</summary>
internal static class English
{
    public const string Locale = "C";

    [ModuleInitializer]
    internal static void Set()
    {
        Environment.SetEnvironmentVariable("LC_ALL", Locale);
        Environment.SetEnvironmentVariable("NO_COLOR", "1");
        Environment.SetEnvironmentVariable("TZ", "UTC");
    }
}
