namespace Ahenk.Plugins.Sdk;

/// <summary>
/// Files in the homes of users, which their users may exchange for anything at any time. They are touched with the user's rights, no link is followed
/// below the home, and what is not a regular file of the user is refused.
/// </summary>
public interface IHomeFiles
{
    /// <summary>Reads a file.</summary>
    /// <param name="account">Whose home.</param>
    /// <param name="path">The path relative to it, for example <c>.config/app/settings.json</c>.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <returns>The content, or <see langword="null"/>: there is no such file.</returns>
    /// <exception cref="HomeFileException">It cannot be read, is too large or not a file of the user.</exception>
    byte[]? Read(Account account, string path, int limit = 1 << 20);

    /// <summary>
    /// Makes a file's content anew, as a whole: whoever reads sees the old content or the new one. Missing directories are made (mode 0700). A file that
    /// is there keeps its permissions.
    /// </summary>
    /// <param name="account">Whose home.</param>
    /// <param name="path">The path relative to it.</param>
    /// <param name="content">The content.</param>
    /// <param name="newFileMode">The permissions of a file that was not there. Default: 0600.</param>
    /// <exception cref="HomeFileException">It was not written; what was there is unchanged.</exception>
    void Write(Account account, string path, ReadOnlySpan<byte> content, UnixFileMode newFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Removes a file.</summary>
    /// <param name="account">Whose home.</param>
    /// <param name="path">The path relative to it.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="HomeFileException">It cannot be removed or is not a file of the user.</exception>
    bool Delete(Account account, string path);
}

/// <summary>A file in a home cannot be used as asked; the message is a sentence for the administrator.</summary>
public sealed class HomeFileException : Exception
{
    /// <summary>Says why.</summary>
    public HomeFileException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
