namespace Ahenk.FileTransfer.Ssh;

/// <summary>A server's host key is not the recorded one, or the record cannot be used; the message says so in whole sentences.</summary>
internal sealed class HostKeyException(string message, Exception? inner = null) : Exception(message, inner);
