"""Processes. What is asked of one that is not there raises ProcessLookupError."""
import os
import pwd
import signal

from base.system import procfs

_STATES = {"R": "running", "S": "sleeping", "D": "disk-sleep", "T": "stopped", "t": "tracing-stop", "Z": "zombie", "I": "idle", "X": "dead"}


class Process:
    """By number or by name."""

    @staticmethod
    def pids():
        """Numbers of all processes."""
        return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())

    @staticmethod
    def find_pids_by_name(p_name):
        """Numbers of the processes of a name."""
        return [pid for pid in Process.pids() if procfs.read("/proc/%d/comm" % pid) == p_name[:15]]

    @staticmethod
    def find_name_by_pid(pid):
        return _need(pid, "comm")

    @staticmethod
    def is_running(pid):
        return os.path.exists("/proc/%d" % int(pid))

    @staticmethod
    def kill_by_pid(pid):
        os.kill(int(pid), signal.SIGKILL)

    @staticmethod
    def kill_by_pids(pids):
        for pid in pids:
            Process.kill_by_pid(pid)

    @staticmethod
    def path(pid):
        """The program's file."""
        return os.readlink("/proc/%d/exe" % int(pid))

    @staticmethod
    def working_directory(pid):
        return os.readlink("/proc/%d/cwd" % int(pid))

    @staticmethod
    def command_line(pid):
        """The words of its command line."""
        return [word.decode("utf-8", "replace") for word in procfs.read_bytes("/proc/%d/cmdline" % int(pid)).split(b"\0")[:-1]]

    @staticmethod
    def status(pid):
        """'running', 'sleeping' and so on."""
        return _STATES.get(_numbers(pid)[0], "unknown")

    @staticmethod
    def username(pid):
        number = os.stat("/proc/%d" % int(pid)).st_uid
        try:
            return pwd.getpwuid(number).pw_name
        except KeyError:
            return str(number)

    @staticmethod
    def create_time(pid):
        """Seconds of the epoch."""
        from base.system.os_facts import Os
        return Os.boot_time() + int(_numbers(pid)[19]) / os.sysconf("SC_CLK_TCK")


def _need(pid, name):
    text = procfs.read("/proc/%d/%s" % (int(pid), name))
    if text is None:
        raise ProcessLookupError("there is no process %s" % pid)
    return text


def _numbers(pid):
    """The fields of /proc/PID/stat behind the name, which may hold blanks and brackets itself: proc(5)."""
    return _need(pid, "stat").rpartition(")")[2].split()
