"""The operating system."""
import platform
import socket
import sys

from base.system import procfs


class Os:
    """From os-release and the kernel."""

    @staticmethod
    def name():
        """'Linux'."""
        return platform.system()

    @staticmethod
    def kernel_release():
        return platform.release()

    @staticmethod
    def version():
        """The distribution's description and release, as 'Debian GNU/Linux 12 (bookworm)-12'."""
        return "%s-%s" % (_release("PRETTY_NAME"), _release("VERSION_ID"))

    @staticmethod
    def architecture():
        """'64bit'."""
        return "64bit" if sys.maxsize > 2**32 else "32bit"

    @staticmethod
    def file_format():
        """'ELF'."""
        return "ELF"

    @staticmethod
    def hostname():
        return socket.gethostname()

    @staticmethod
    def distribution_name():
        return _release("NAME")

    @staticmethod
    def distribution_version():
        return _release("VERSION_ID")

    @staticmethod
    def distribution_id():
        return _release("ID")

    @staticmethod
    def boot_time():
        """Seconds of the epoch."""
        for line in (procfs.read("/proc/stat") or "").splitlines():
            if line.startswith("btime "):
                return float(line.split()[1])
        return 0.0


def _release(name):
    found = procfs.fields("/etc/os-release", "=") or procfs.fields("/usr/lib/os-release", "=")
    return found.get(name, "").strip("\"'")
