using Ahenk.LiderSimulator.Commands;

namespace Ahenk.LiderSimulator;

internal static class Program
{
    private static Task<int> Main(string[] arguments) => SimulatorCommandLine.Create().Parse(arguments).InvokeAsync();
}
