"""What plugins inherit to work with the machine."""
import json
import locale
import os
import pwd
import time
import uuid

from base.host import daemon, settings
from base.util.desktop import Desktop
from base.util.execution import Execution
from base.util.files import Files
from base.util.packages import Packages


class Util(Files, Execution, Packages, Desktop):
    """Static methods; no state."""

    @staticmethod
    def has_attr_json(arg, attr_name):
        """Whether a dictionary has this very key, or a list this very element or a dictionary with the key."""
        if isinstance(arg, dict):
            return attr_name in arg
        if isinstance(arg, (list, tuple, set)):
            return any(attr_name == element or (isinstance(element, dict) and attr_name in element) for element in arg)
        return False

    @staticmethod
    def string_to_json(string):
        """JSON text as a value."""
        return json.loads(string)

    @staticmethod
    def generate_uuid():
        """A random UUID as text."""
        return str(uuid.uuid4())

    @staticmethod
    def timestamp():
        """Now, in the form that the server reads: day, month, year and the hours of the whole day."""
        return time.strftime("%d-%m-%Y %H:%M")

    @staticmethod
    def get_homedir(user):
        """A user's home."""
        return os.path.expanduser("~" + user)

    @staticmethod
    def get_gid_number(user):
        """The number of a user's own group."""
        return pwd.getpwnam(user).pw_gid

    @staticmethod
    def get_language():
        """The machine's language as 'tr_TR', or None."""
        for path in ("/etc/default/locale", "/etc/locale.conf"):
            for line in (Util.read_file(path) or "").splitlines():
                name, _, value = line.strip().partition("=")
                if name == "LANG" and value:
                    return _language(value.strip("\"'"))
        return _language(os.environ.get("LANG") or locale.setlocale(locale.LC_CTYPE))

    @staticmethod
    def get_agent_version():
        """The agent's version, or None."""
        return settings.agent_version

    @staticmethod
    def get_ask_path_file():
        """The folder of the old agent's question scripts."""
        return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "agreement", "")

    @staticmethod
    def get_username():
        """The logged-in user, with the domain before a backslash when there is one; None without a session."""
        return _session_user("\\")

    @staticmethod
    def get_as_user():
        """The same for use in a shell text, where a backslash needs another."""
        return _session_user("\\\\")

    @staticmethod
    def shutdown():
        """Restarts the machine, whatever the name says; after the answer was sent."""
        daemon.request("reboot")


def _language(value):
    name = value.split(".")[0].split("@")[0]
    return None if name in ("", "C", "POSIX") else name


def _session_user(separator):
    from base.scope import Scope
    rows = Scope.get_instance().get_db_service().select("session", ["username", "domain"], "", "id")
    if not rows:
        return None
    username, domain = rows[0]
    return "%s%s%s" % (domain, separator, username) if domain else username
