using System.Diagnostics;
using System.Net.Sockets;

namespace Ahenk.Silo.Tests;

/// <summary>A command that is interrupted while it waits for the daemon.</summary>
[Trait("Category", "Integration")]
public sealed class InterruptionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Terminate)]
    public async Task It_ends_with_the_exit_code_of_an_interruption_and_says_nothing(int signal)
    {
        var path = Path.Combine(_folder, "control.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var command = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ahenk.dll"), "status", "--socket", path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var connection = await listener.AcceptAsync(Token);

        Signal.Send(command, signal);
        await command.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.Equal((130, "", ""), (command.ExitCode, await command.StandardOutput.ReadToEndAsync(Token), await command.StandardError.ReadToEndAsync(Token)));
    }
}
