namespace Ahenk.Package.Tests;

/// <summary>What the maintainer scripts find where systemd runs. It does nothing, and notes what they ask of it.</summary>
internal sealed class FakeSystemd
{
    private const string Log = "/root/asked";
    private const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly DebianSystem _debian;

    /// <summary>Puts it into a system.</summary>
    /// <param name="debian">The system.</param>
    /// <param name="runs">Whether the agent runs, for whoever asks.</param>
    public FakeSystemd(DebianSystem debian, bool runs)
    {
        _debian = debian;
        Directory.CreateDirectory(debian.Path("/run/systemd/system"));
        debian.Write(
            "/usr/bin/systemctl",
            $"""
            #!/bin/sh
            echo systemctl "$@" >>{Log}
            case "$*" in
                *is-active*) exit {(runs ? 0 : 3)} ;;
                *is-enabled*) echo enabled ;;
                *"stop ahenk.service"*) echo "by $(head -n 1 /usr/share/ahenk/ahenkd.py)" >>{Log} ;;
            esac

            """,
            Program);
        TakeTimers(true);
        File.Delete(debian.Path("/usr/sbin/policy-rc.d"));
    }

    /// <summary>What it was asked since the last time.</summary>
    public string Asked()
    {
        var asked = File.Exists(_debian.Path(Log)) ? File.ReadAllText(_debian.Path(Log)) : "";
        File.Delete(_debian.Path(Log));
        return asked;
    }

    /// <summary>Whether it takes what is to be run later.</summary>
    public void TakeTimers(bool takes) =>
        _debian.Write("/usr/bin/systemd-run", $"#!/bin/sh\necho systemd-run \"$@\" >>{Log}\nexit {(takes ? 0 : 1)}\n", Program);
}
