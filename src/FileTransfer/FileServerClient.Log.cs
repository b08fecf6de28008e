using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;

namespace Ahenk.FileTransfer;

public sealed partial class FileServerClient
{
    [LoggerMessage(EventId = 6001, Level = LogLevel.Information, Message = "[FILES] Fetched {Bytes} bytes from {Server}")]
    private partial void LogFetched(long bytes, FileServer server);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Information, Message = "[FILES] Uploaded {Bytes} bytes to {Server}")]
    private partial void LogUploaded(long bytes, FileServer server);
}
