using Xunit.MicrosoftTestingPlatform;

namespace Ahenk.Storage.Sqlite.Tests;

internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        [CrashChild.Argument, var path] => CrashChild.RunAsync(path),
        [ReminderCrashChild.Argument, var path] => ReminderCrashChild.RunAsync(path),
        _ => TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
    };
}
