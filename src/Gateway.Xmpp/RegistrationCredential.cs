namespace Ahenk.Gateway.Xmpp;

/// <summary>The directory user who vouches for this machine. Used once, never stored.</summary>
public sealed record RegistrationCredential(string User, string Password)
{
    private const int MaxFileBytes = 4096;

    /// <summary>Reads the file that the configuration names: two lines, name and password.</summary>
    /// <returns>The credential, or <see langword="null"/> when no file is configured.</returns>
    /// <exception cref="InvalidDataException">The file cannot be used; the message says why and never quotes it.</exception>
    public static RegistrationCredential? Read(string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                throw new InvalidDataException($"The registration credential file {path} is larger than {MaxFileBytes} bytes; it must hold two lines, name and password.");
            }

            var lines = File.ReadAllLines(path);
            return lines is [{ Length: > 0 } user, { Length: > 0 } password, ..]
                ? new RegistrationCredential(user.Trim(), password)
                : throw new InvalidDataException($"The registration credential file {path} must hold two lines, the authorising user's name and password.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The registration credential file {path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"RegistrationCredential {{ User = {User} }}";
}
