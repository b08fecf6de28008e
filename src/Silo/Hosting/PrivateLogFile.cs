using System.Text;
using Serilog.Sinks.File;

namespace Ahenk.Silo.Hosting;

/// <summary>Keeps the log from everybody but its owner and group.</summary>
internal sealed class PrivateLogFile : FileLifecycleHooks
{
    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        return underlyingStream;
    }
}
