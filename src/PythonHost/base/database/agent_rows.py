"""The rows that the daemon is the master of: registration, sessions, the running tasks."""
import json
import threading
import time

from base.host import daemon, settings
from base.util.display_helper import is_display

_REGISTRATION = "jid, password, registered, dn, params"

# A task that was not answered to the end can be read again, by a later process too; only so many are kept.
_KEPT_TASKS = 16

_PLUGIN_ROW = 1


class AgentRows:
    """Writes them before a call and reports what a plugin changed in the registration."""

    def __init__(self, store):
        self._store = store
        self._lock = threading.Lock()
        self._known = self._registration()

    def begin_call(self, call):
        """Writes what the call brings."""
        with self._lock:
            self._store.transaction(lambda: self._write(call))
            self._known = self._registration()
        return self

    def report_changes(self):
        """Tells the daemon when the registration is another than the daemon's. Raises DaemonError when it does not accept that."""
        with self._lock:
            now, known = self._registration(), self._known
            if now == known:
                return
            self._known = now
        row = dict(zip(_REGISTRATION.split(", "), now or (None,) * 5))
        row["registered"] = _is_registered(row["registered"])
        daemon.request("registration_changed", **row)

    def _registration(self):
        rows = self._store.rows("SELECT %s FROM registration" % _REGISTRATION)
        return rows[-1] if rows else None

    def _write(self, call):
        self._write_registration(call.get("agent") or {})
        self._write_sessions(call.get("sessions") or [], call.get("user"))
        if call.get("kind") == "command":
            self._write_task(call)

    def _write_registration(self, agent):
        uid, params = agent.get("uid"), agent.get("params")
        if params is not None and not isinstance(params, str):
            params = json.dumps(params)
        row = (uid, agent.get("password"), 1 if agent.get("registered") else 0, agent.get("dn"), params)
        if row == self._registration():
            return
        self._store.run("DELETE FROM registration")
        if uid is not None:
            self._store.run(
                "INSERT INTO registration (%s, timestamp) VALUES (?, ?, ?, ?, ?, ?)" % _REGISTRATION, (*row, _now()))

    def _write_sessions(self, sessions, user):
        # Plugins that look for "the" user take the first row.
        ordered = sorted(sessions, key=lambda session: session.get("username") != user)
        self._store.run("DELETE FROM session")
        for session in ordered:
            display = session.get("display")
            self._store.run(
                "INSERT INTO session (username, display, desktop, ip, domain, timestamp) VALUES (?, ?, ?, ?, ?, ?)",
                (session.get("username"), display if is_display(display) else None,
                 *(session.get(key) for key in ("desktop", "ip", "domain")), _now()))

    def _write_task(self, call):
        server = call.get("file_server")
        self._store.run("DELETE FROM plugin")
        self._store.run(
            "INSERT INTO plugin (id, active, deleted, name, task_plugin) VALUES (?, 'True', 'False', ?, 'True')",
            (_PLUGIN_ROW, settings.plugin_name))
        self._store.run("DELETE FROM task WHERE id IS ?", (call.get("task_id"),))
        self._store.run(
            "INSERT INTO task (id, create_date, command_cls_id, parameter_map, deleted, plugin, file_server) VALUES (?, ?, ?, ?, 0, ?, ?)",
            (call.get("task_id"), _now(), call.get("command"), json.dumps(call.get("parameters") or {}), _PLUGIN_ROW,
             json.dumps(server) if server else None))
        self._store.run(
            "DELETE FROM task WHERE rowid NOT IN (SELECT rowid FROM task ORDER BY rowid DESC LIMIT ?)", (_KEPT_TASKS,))


def _is_registered(value):
    return str(value).strip().lower() in ("1", "true")


def _now():
    return time.strftime("%d-%m-%Y %H:%M")
