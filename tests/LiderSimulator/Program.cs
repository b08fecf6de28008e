namespace Ahenk.LiderSimulator;

internal static class Program
{
    private static int Main() => 0;
}
