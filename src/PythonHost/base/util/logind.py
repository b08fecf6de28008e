"""What logind knows of sessions, through loginctl; nothing where that is not there."""
from base.util.execution import output_lines

_GRAPHICAL = ("x11", "wayland")
_WANTED = ("Id", "Name", "Class", "State", "Type", "Seat", "Display", "Active", "Leader")


def sessions():
    """Each session as a dictionary of logind's properties."""
    found = []
    for line in output_lines("loginctl", "list-sessions", "--no-legend"):
        words = line.split()
        if words:
            found.append(session(words[0]))
    return [entry for entry in found if entry]


def session(number):
    """One session's properties; empty when there is no such session."""
    arguments = [part for name in _WANTED for part in ("-p", name)]
    return dict(line.split("=", 1) for line in output_lines("loginctl", "show-session", number, *arguments) if "=" in line)


def active_graphical():
    """The session that somebody sees on the machine's own screen, or None."""
    for entry in sessions():
        if (entry.get("Class") == "user" and entry.get("State") == "active" and entry.get("Seat") == "seat0"
                and entry.get("Type") in _GRAPHICAL):
            return entry
    return None


def of_user(user):
    """A user's session, a graphical and active one before others; None without one."""
    own = [entry for entry in sessions() if entry.get("Name") == user and entry.get("Class") == "user"]
    own.sort(key=lambda entry: (entry.get("Type") not in _GRAPHICAL, entry.get("State") != "active"))
    return own[0] if own else None
