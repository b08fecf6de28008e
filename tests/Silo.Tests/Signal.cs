using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ahenk.Silo.Tests;

/// <summary>Signals to processes that a test has started.</summary>
internal static class Signal
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    public static void Send(Process process, int signal) => Assert.Equal(0, Kill(process.Id, signal));

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
