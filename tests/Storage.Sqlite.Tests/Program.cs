using Xunit.MicrosoftTestingPlatform;

namespace Ahenk.Storage.Sqlite.Tests;

internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments is [CrashChild.Argument, var path]
        ? CrashChild.RunAsync(path)
        : TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
}
