"""Who is logged in."""
import collections
import pwd

from base.util import logind
from base.util.execution import output_lines

UserDetails = collections.namedtuple("UserDetails", "name terminal host")


class Sessions:
    """Names come from the machine, display, desktop and address from the daemon's session table."""

    @staticmethod
    def user_name():
        """Names of those who are logged in, once for each session."""
        return [details.name for details in Sessions.user_details()]

    @staticmethod
    def user_details():
        """name, terminal and host of each session."""
        found = []
        for line in output_lines("who"):
            words = line.split()
            host = words[-1].strip("()") if words[-1].startswith("(") else ""
            found.append(UserDetails(words[0], words[1], host))
        if not found:
            # Newer distributions keep no utmp, and `who` is silent there.
            found = [UserDetails(entry.get("Name", ""), entry.get("Seat", ""), entry.get("Display", ""))
                     for entry in logind.sessions() if entry.get("Class") == "user"]
        return found

    @staticmethod
    def display(user):
        """A user's display, or None. The user may have a domain before a backslash."""
        return _column(user, "display")

    @staticmethod
    def desktop(user):
        """A user's desktop, or None."""
        return _column(user, "desktop")

    @staticmethod
    def userip(user):
        """The address that a user came from, or None."""
        return _column(user, "ip")

    @staticmethod
    def user_home_path(user):
        """A user's home with a slash at its end."""
        name = _plain(user)
        try:
            return pwd.getpwnam(name).pw_dir.rstrip("/") + "/"
        except KeyError:
            return "/home/%s/" % name


def _plain(user):
    return str(user).replace("\\\\", "\\").rsplit("\\", 1)[-1]


def _column(user, column):
    from base.scope import Scope
    rows = Scope.get_instance().get_db_service().rows("SELECT %s FROM session WHERE username = ?" % column, (_plain(user),))
    return rows[0][0] if rows else None
