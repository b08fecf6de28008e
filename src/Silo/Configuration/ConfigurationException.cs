namespace Ahenk.Silo.Configuration;

/// <summary>The configuration cannot be used; the message names the key, the bad value, what is allowed and the file.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
