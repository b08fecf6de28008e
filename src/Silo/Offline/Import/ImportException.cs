namespace Ahenk.Silo.Offline.Import;

/// <summary>Why something is not taken over, as sentences for the administrator.</summary>
internal sealed class ImportException(string message, Exception? innerException = null) : Exception(message, innerException);
