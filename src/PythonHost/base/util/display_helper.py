"""The display server of a user's session and the environment that programs on it need."""
import glob
import os
import pwd
import re
from enum import Enum

from base.util import logind
from base.util.execution import output_lines

# Users decide about the environment of their processes and the names of their sockets, and plugins put what comes from here into shell
# texts that root runs: nothing passes that a shell would take for more than a word.
_FORMS = {
    "DISPLAY": r"[A-Za-z0-9.-]*:[0-9]{1,5}(\.[0-9]{1,3})?",
    "WAYLAND_DISPLAY": r"[A-Za-z0-9][A-Za-z0-9._-]*",
    "XAUTHORITY": r"/[A-Za-z0-9._/-]+",
    "DBUS_SESSION_BUS_ADDRESS": r"unix:(path|abstract)=/[A-Za-z0-9._/-]+(,guid=[0-9a-f]+)?",
}


def is_display(value):
    """Whether a text names an X display, as ':0'."""
    return _is_of_form("DISPLAY", value)


class DisplayServerType(Enum):
    """Display servers."""

    X11 = "x11"
    WAYLAND = "wayland"

    @classmethod
    def as_list(cls):
        """Their names."""
        return [member.value for member in cls]

    @staticmethod
    def detect_desktop_env():
        """What the session on the machine's own screen runs on: 'x11', 'wayland' or None."""
        entry = logind.active_graphical()
        return entry.get("Type") if entry else None


class DisplayHelper:
    """All of it is read from logind, from the session's own processes and from its sockets."""

    @staticmethod
    def get_user_session(user):
        """The number of a user's session, or None."""
        entry = logind.of_user(user)
        return entry.get("Id") if entry else None

    @staticmethod
    def get_loginctl_env(user):
        """logind's properties of a user's session; empty without one."""
        return logind.of_user(user) or {}

    @staticmethod
    def detect_user_display(user):
        """':0', 'wayland-0' or None."""
        entry = logind.of_user(user)
        if entry is None:
            return None
        if entry.get("Type") == DisplayServerType.WAYLAND.value:
            return DisplayHelper.get_socket_wayland_display(user)
        if is_display(entry.get("Display")):
            return entry["Display"]
        return _environment(user).get("DISPLAY") or DisplayHelper.detect_display_socket_base(user)

    @staticmethod
    def get_socket_wayland_display(user):
        """The name of a user's Wayland socket, as 'wayland-0', or None."""
        names = sorted(os.path.basename(path) for path in glob.glob("%s/wayland-*" % _runtime_directory(user)))
        return next((name for name in names if not name.endswith(".lock") and _is_of_form("WAYLAND_DISPLAY", name)), None)

    @staticmethod
    def detect_display_socket_base(user):
        """The X display whose socket belongs to a user, as ':0', or None."""
        number = _number(user)
        for path in sorted(glob.glob("/tmp/.X11-unix/X*")):
            display = ":" + os.path.basename(path)[1:]
            try:
                if os.stat(path).st_uid == number and is_display(display):
                    return display
            except OSError:
                continue  # it went away since the listing
        return None

    @staticmethod
    def get_x11_env(user):
        """What programs on a user's X display need."""
        environment = {"XDG_RUNTIME_DIR": _runtime_directory(user)}
        session = _environment(user)
        display = session.get("DISPLAY") or DisplayHelper.detect_user_display(user)
        if display:
            environment["DISPLAY"] = display
        home = os.path.expanduser("~" + user)
        authority = session.get("XAUTHORITY") or os.path.join(home, ".Xauthority")
        if _is_of_form("XAUTHORITY", authority) and os.path.exists(authority):
            environment["XAUTHORITY"] = authority
        environment["DBUS_SESSION_BUS_ADDRESS"] = session.get("DBUS_SESSION_BUS_ADDRESS") or _bus(user)
        return environment

    @staticmethod
    def get_wayland_env(user):
        """What programs on a user's Wayland display need."""
        environment = DisplayHelper.get_x11_env(user)
        display = _environment(user).get("WAYLAND_DISPLAY") or DisplayHelper.get_socket_wayland_display(user)
        if display:
            environment["WAYLAND_DISPLAY"] = display
            environment["XDG_SESSION_TYPE"] = DisplayServerType.WAYLAND.value
        return environment

    @staticmethod
    def build_env(desktop_server_type=None, user=None):
        """The environment as a dictionary; empty when nobody is there."""
        if user is None:
            entry = logind.active_graphical()
            user = entry.get("Name") if entry else None
        session = logind.of_user(user) if user else None
        if session is None:
            return {}
        server = desktop_server_type.value if isinstance(desktop_server_type, Enum) else desktop_server_type
        if (server or session.get("Type")) == DisplayServerType.WAYLAND.value:
            return DisplayHelper.get_wayland_env(user)
        return DisplayHelper.get_x11_env(user)

    @staticmethod
    def build_env_string(desktop_server_type=None, user=None):
        """The environment as 'NAME=value NAME=value', or an empty text."""
        return " ".join("%s=%s" % pair for pair in DisplayHelper.build_env(desktop_server_type, user).items())

    @staticmethod
    def get_username_display(user):
        """A user's X display, or None."""
        return DisplayHelper.detect_user_display(user)

    @staticmethod
    def get_username_display_gnome(user):
        """':N' of a user, from logind or else from `who`, or None."""
        display = DisplayHelper.detect_user_display(user)
        if display and display.startswith(":"):
            return display
        for line in output_lines("who"):
            words = line.split()
            if words[0] == user and is_display(words[-1].strip("()")):
                return words[-1].strip("()")
        return None


def _number(user):
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


def _runtime_directory(user):
    return "/run/user/%s" % _number(user)


def _bus(user):
    return "unix:path=%s/bus" % _runtime_directory(user)


def _environment(user):
    """The session's own environment, of the process that leads it or of one of the user's on a display."""
    number = _number(user)
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            if os.stat(path).st_uid != number:
                continue
            with open(path, "rb") as file:
                pairs = (entry.split(b"=", 1) for entry in file.read().split(b"\0") if b"=" in entry)
                found = {os.fsdecode(name): os.fsdecode(value) for name, value in pairs}
        except OSError:
            continue  # the process ended
        if "DISPLAY" in found or "WAYLAND_DISPLAY" in found:
            return _accepted(found)
    return {}


def _accepted(environment):
    return {name: environment[name] for name in _FORMS if _is_of_form(name, environment.get(name))}


def _is_of_form(name, value):
    return value is not None and re.fullmatch(_FORMS[name], value) is not None
