namespace Ahenk.FileServers;

/// <summary>A server for tests could not be made ready; says what it printed.</summary>
public sealed class FileServerTestException(string message) : Exception(message);
