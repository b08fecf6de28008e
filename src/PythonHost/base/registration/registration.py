"""The agent's registration, as the plugins that end it or that manage local accounts use it."""
import re

from base.host import daemon
from base.util.execution import run

_SUFFIX = "-local"
_PASSWD = "/etc/passwd"
_SHELL = "/bash"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")


class Registration:
    """The daemon registers; making one of these changes nothing."""

    def __init__(self):
        from base.scope import Scope
        self.scope = Scope.get_instance()
        self.logger = self.scope.get_logger()
        self.db_service = self.scope.get_db_service()
        self.conf_manager = self.scope.get_configuration_manager()

    def is_registered(self):
        """Whether the agent is registered."""
        return self.db_service.select_one_result("registration", "jid", "registered = 1") is not None

    def purge_and_unregister(self, directory_type=None):
        """Has the daemon leave the server once the answer was sent. Raises DaemonError when it refuses."""
        daemon.request("unregister", directory_type=directory_type)

    def unregister(self):
        """The same without leaving a directory."""
        self.purge_and_unregister()

    def disable_local_users(self):
        """Locks the accounts of people and renames them to NAME-local, so that a directory's accounts may have their names."""
        for name in _people():
            if not name.endswith(_SUFFIX):
                self._change(("passwd", "-l", name), ("pkill", "-KILL", "-u", name), ("usermod", "-l", name + _SUFFIX, name))

    def enable_local_users(self):
        """Undoes disable_local_users."""
        for name in _people():
            if name.endswith(_SUFFIX):
                own = name[:-len(_SUFFIX)]
                self._change(("usermod", "-l", own, name), ("passwd", "-u", own))

    def _change(self, *commands):
        for words in commands:
            code, _, error = run(*words)
            # pkill ends with 1 when nobody was there to be ended.
            if code != 0 and words[0] != "pkill":
                self.logger.error("'%s' failed: %s" % (" ".join(words), error.strip()))
                return


def _people():
    """Names of the local accounts that people log in with."""
    with open(_PASSWD, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    for line in lines:
        words = line.split(":")
        if (len(words) == 7 and words[2].isdigit() and 1000 <= int(words[2]) < 60000 and words[6].endswith(_SHELL)
                and _NAME.match(words[0])):
            yield words[0]
