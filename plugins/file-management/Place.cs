using System.Runtime.InteropServices;
using System.Text;
using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Plugins.FileManagement;

/// <summary>What a path is walked for.</summary>
internal enum Purpose
{
    /// <summary>Reading: every link is followed, for whoever asks may read all that root may.</summary>
    Read,

    /// <summary>Writing: missing directories are made, and links are followed only where nobody but root could have put them.</summary>
    Write,
}

/// <summary>
/// The end of a path: an open directory and a name in it. The path is walked name by name from one open directory to the next, so that what was
/// examined is what is used, whatever others rename in between. A directory that somebody else than root can write to makes all below it
/// untrusted: there a link could lead root to a file that the link's maker may not touch (the idea of fs.protected_symlinks).
/// </summary>
internal sealed class Place : IDisposable
{
    private const int MostLinks = 40;
    private const uint NewDirectory = 0x1ED; // 0755

    private readonly string _root;
    private readonly string _path;
    private readonly Purpose _purpose;
    private readonly Stack<Step> _steps = new();
    private int _depth;
    private int _links;

    private Place(string root, FilePath path, Purpose purpose)
    {
        _root = root;
        _path = path.Text;
        _purpose = purpose;
        Directory = OpenRoot(out var trusted);
        IsTrusted = trusted;
        Push(path.Components, fromLink: false);
    }

    /// <summary>The directory.</summary>
    public SafeFileHandle Directory { get; private set; }

    /// <summary>Whether nobody but root can change what a name in it means.</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>The name in it.</summary>
    public string Name { get; private set; } = ".";

    /// <summary>What is there, opened without any access (O_PATH); <see langword="null"/>: nothing.</summary>
    public SafeFileHandle? Entry { get; private set; }

    /// <summary>What <see cref="Entry"/> is.</summary>
    public FileStatus Status { get; private set; }

    /// <summary>Walks to the end of a path.</summary>
    /// <returns><see langword="null"/>: a directory on the way is missing (when reading).</returns>
    /// <exception cref="PluginInputException">The way is barred; the message says where.</exception>
    public static Place? Find(string root, FilePath path, Purpose purpose)
    {
        var place = new Place(root, path, purpose);
        try
        {
            if (place.Walk())
            {
                return place;
            }
        }
        catch
        {
            place.Dispose();
            throw;
        }

        place.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Entry?.Dispose();
        Directory.Dispose();
    }

    private bool Walk()
    {
        while (_steps.TryPop(out var step))
        {
            if (step.Name == "..")
            {
                StepUp();
                continue;
            }

            var entry = OpenEntry(step.Name, Libc.PathOnly | Libc.NoFollow);
            if (entry is null && _steps.Count == 0)
            {
                Name = step.Name;
                return true;
            }

            if (entry is null)
            {
                if (_purpose == Purpose.Read)
                {
                    return false;
                }

                entry = MakeDirectory(step);
            }

            var status = FileStatus.Of(entry, _path);
            if (status.IsLink)
            {
                using (entry)
                {
                    Follow(entry, step.Name);
                }
            }
            else if (_steps.Count == 0)
            {
                (Name, Entry, Status) = (step.Name, entry, status);
                return true;
            }
            else if (status.IsDirectory)
            {
                // Opened again, as a directory: what is mounted on demand is mounted by that.
                entry.Dispose();
                var directory = OpenEntry(step.Name, Libc.PathOnly | Libc.NoFollow | Libc.OnlyDirectory) ?? throw Failed();
                Enter(directory, FileStatus.Of(directory, _path));
                _depth++;
            }
            else
            {
                entry.Dispose();
                return _purpose == Purpose.Read
                    ? false
                    : throw new PluginInputException($"'{_path}' cannot be written: '{step.Name}' on the way to it is not a directory.");
            }
        }

        // A link led to a directory by "/" or "..".
        Status = FileStatus.Of(Directory, _path);
        return true;
    }

    private void StepUp()
    {
        if (_depth == 0)
        {
            return;
        }

        var parent = OpenEntry("..", Libc.PathOnly | Libc.OnlyDirectory) ?? throw Failed();
        Enter(parent, FileStatus.Of(parent, _path));
        _depth--;
    }

    private void Follow(SafeFileHandle link, string name)
    {
        if (_purpose == Purpose.Write && !IsTrusted)
        {
            throw new PluginInputException(
                $"'{_path}' is not written, because '{name}' is a symbolic link in a directory that others than root can change: it could lead " +
                "anywhere. Give the path of the file itself.");
        }

        if (++_links > MostLinks)
        {
            throw new PluginInputException($"'{_path}' leads over more than {MostLinks} symbolic links.");
        }

        var buffer = new byte[4096];
        var length = (int)Libc.ReadLinkAt(link, "", buffer, buffer.Length);
        if (length <= 0)
        {
            throw Failed();
        }

        var target = Encoding.UTF8.GetString(buffer, 0, length);
        if (target[0] == '/')
        {
            Directory.Dispose();
            Directory = OpenRoot(out var trusted);
            IsTrusted &= trusted;
            _depth = 0;
        }

        Push(target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."), fromLink: true);
    }

    private SafeFileHandle MakeDirectory(Step step)
    {
        if (step.FromLink)
        {
            throw new PluginInputException($"'{_path}' cannot be written: it is a symbolic link to a place in a directory that does not exist.");
        }

        FileSystemStatus.RefuseKernelInterface(Directory, _path);
        if (Libc.MakeDirectoryAt(Directory, step.Name, NewDirectory) != 0 && Failure != Libc.Exists)
        {
            throw new PluginInputException($"The directory '{step.Name}' of '{_path}' could not be made: {Libc.ErrorText}.");
        }

        // Where others can write, what is opened here need not be what was made: its mode is left as the agent's umask made it.
        var made = OpenEntry(step.Name, Libc.NoFollow | Libc.OnlyDirectory) ?? throw Failed();
        if (IsTrusted && Libc.ChangeMode(made, NewDirectory) != 0)
        {
            made.Dispose();
            throw Failed();
        }

        return made;
    }

    private void Enter(SafeFileHandle directory, FileStatus status)
    {
        Directory.Dispose();
        Directory = directory;
        IsTrusted &= status.IsTrusted;
    }

    private SafeFileHandle OpenRoot(out bool trusted)
    {
        var root = Libc.Open(_root, Libc.PathOnly | Libc.OnlyDirectory | Libc.CloseOnExec);
        if (root.IsInvalid)
        {
            throw Failed();
        }

        trusted = FileStatus.Of(root, _path).IsTrusted;
        return root;
    }

    private SafeFileHandle? OpenEntry(string name, int flags)
    {
        var entry = Libc.OpenAt(Directory, name, flags | Libc.CloseOnExec, 0);
        if (!entry.IsInvalid)
        {
            return entry;
        }

        entry.Dispose();
        return Failure == Libc.NoEntry ? null : throw Failed();
    }

    private void Push(IEnumerable<string> names, bool fromLink)
    {
        foreach (var name in names.Reverse())
        {
            _steps.Push(new Step(name, fromLink));
        }
    }

    private static int Failure => Marshal.GetLastPInvokeError();

    private PluginInputException Failed() => new($"'{_path}' cannot be reached: {Libc.ErrorText}.");

    /// <summary>A name that is still to be walked, and whether it comes from a link.</summary>
    private readonly record struct Step(string Name, bool FromLink);
}
