using System.Runtime.InteropServices;

namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>A named pipe in a directory of its own: by it a child tells the test where it is, without clocks.</summary>
internal sealed partial class Fifo : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-fifo-").FullName;
    private readonly FileStream _stream;
    private readonly StreamReader _reader;

    public Fifo()
    {
        Path = System.IO.Path.Combine(_directory, "fifo");
        if (MakeFifo(Path, 0x180) != 0)
        {
            throw new IOException($"mkfifo {Path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        // Opened for both directions, so that neither side waits for the other's open and the end is never seen.
        _stream = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _reader = new StreamReader(_stream);
    }

    public string Path { get; }

    public Task<string?> ReadLineAsync() => Task.Run(_reader.ReadLine).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    public void WriteLine(string text) => _stream.Write(System.Text.Encoding.UTF8.GetBytes(text + "\n"));

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
