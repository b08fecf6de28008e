"""Users' desktops: who is there, on which display, and messages to them."""
import os
import pwd
import shlex

from base.model.enum.desktop_type import DesktopType
from base.util import logind
from base.util.display_helper import DisplayHelper, is_display
from base.util.execution import execute, output_lines, run

_YES, _NO = 0, 1


def as_user_on_display(user, display, words, wait):
    """Runs a program on a user's desktop. Without an own display the session's is taken."""
    environment = DisplayHelper.build_env(user=user)
    if display:
        environment["DISPLAY"] = display
    try:
        environment.setdefault("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/%d/bus" % pwd.getpwnam(user).pw_uid)
    except KeyError:
        pass  # no such user: su says so
    text = shlex.join(["env", *("%s=%s" % pair for pair in environment.items()), *words])
    return execute(text, as_user=user, result=wait)


def _question(user, display, message, title):
    code, _, _ = as_user_on_display(
        user, display, ["zenity", "--question", "--no-markup", "--title=" + str(title), "--text=" + str(message)], wait=True)
    return True if code == _YES else (False if code == _NO else None)


def _form(user, display, message, title, fields):
    options = []
    for kind, label in fields:
        options.append("--add-%s=%s" % (kind, label))
    code, output, _ = as_user_on_display(
        user, display, ["zenity", "--forms", "--separator= ", "--title=" + str(title), "--text=" + str(message), *options], wait=True)
    return output.strip() if code == _YES else ""


class Desktop:
    """Desktops, as methods of Util."""

    @staticmethod
    def get_active_local_user():
        """Who sits at the machine's own screen, or None."""
        entry = logind.active_graphical()
        return entry.get("Name") if entry else None

    @staticmethod
    def get_active_user():
        """Who sits at the machine's own screen, else who is logged in; an empty text when nobody is."""
        local = Desktop.get_active_local_user()
        if local:
            return local
        for line in output_lines("who"):
            return line.split()[0]
        return ""

    @staticmethod
    def get_desktop_env():
        """'gnome', 'xfce' or 'cinnamon', the first that is installed, or None."""
        for desktop in DesktopType:
            if os.path.exists(desktop.value):
                return desktop.name.lower()
        return None

    @staticmethod
    def get_username_display(user):
        """The display on which a user is, as ':0'. Raises IndexError when there is none."""
        return [display for name, display in _displays() if name == user][0]

    @staticmethod
    def get_username_display_gnome(user):
        """The same, or None."""
        return DisplayHelper.get_username_display_gnome(user)

    @staticmethod
    def send_notify(title, body, display, user, icon=None, timeout=5000):
        """A notification on a user's desktop; nothing for root, who has none."""
        if user != "root":
            words = ["notify-send", "-u", "normal", "-t", str(timeout), *(["-i", icon] if icon else []), "--", str(title), str(body)]
            as_user_on_display(user, display, words, wait=False)

    @staticmethod
    def show_message(username, display, message="", title=""):
        """A question: True for yes, False for no, None when it was not answered. User and display may come in either order."""
        if str(username).startswith(":"):
            username, display = display, username
        return _question(username, display, message, title)

    @staticmethod
    def ask_permission(display, username, message, title):
        """A question: True for yes, False for no, None when it was not answered."""
        return _question(username, display, message, title)

    @staticmethod
    def show_registration_message(login_user_name, message, title, host=None):
        """Asks for host, user and password: the answers with blanks between them, empty when refused."""
        host_field = [] if host else [("entry", "Host")]
        return _form(login_user_name, None, message, title, [*host_field, ("entry", "User"), ("password", "Password")])

    @staticmethod
    def show_unregistration_message(login_user_name, display, message, title):
        """Asks for user and password: the answers with a blank between them, empty when refused."""
        return _form(login_user_name, display, message, title, [("entry", "User"), ("password", "Password")])

    @staticmethod
    def close_session(username):
        """Ends all sessions of a user."""
        return run("loginctl", "terminate-user", username)


def _displays():
    """(user, display) of those whom `who` shows on one."""
    for line in output_lines("who"):
        words = line.split()
        for place in words[1:2] + words[-1:]:
            place = place.strip("()")
            if place.startswith(":") and is_display(place):
                yield words[0], place
                break
