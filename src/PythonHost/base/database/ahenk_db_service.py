"""The old agent's database service over a SQLite file of this plugin's own."""
import contextlib
import os
import sqlite3
import threading
import time

from base.database.agent_rows import AgentRows
from base.database.schema import TABLES


class AhenkDbService:
    """
    May be used by any thread. Plugins' own SQL that fails is logged and answered with None or an empty list.

    The file is open only while it is used: a plugin that closes descriptors which are not its own must not leave SQLite with a number
    that may be another file by then.
    """

    def __init__(self, path=None):
        self._path = path
        self._lock = threading.RLock()
        self._connection = None
        self.connect()
        self._rows = AgentRows(self)

    def begin_call(self, call):
        """Brings the rows that come from the daemon up to date; returns what can tell later what the plugin changed in them."""
        return self._rows.begin_call(call)

    def forget_task(self, task_id):
        """Removes a task that was answered: its parameters may hold passwords."""
        self.run("DELETE FROM task WHERE id IS ?", (task_id,))

    def connect(self, db_path=None):
        """Takes a file (this plugin's own one without a path) and makes what is missing in it."""
        with self._lock:
            self._path = db_path or self._path
            try:
                self._make_tables()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as problem:
                # A file that SQLite cannot read would stop every call for ever; what is in it comes again from the daemon.
                self._log("%s cannot be read (%s); it is put aside and made anew." % (self._path, problem))
                os.replace(self._path, "%s.broken-%d" % (self._path, time.time()))
                self._make_tables()

    def close(self):
        """Nothing is open between two uses."""

    def run(self, sql, parameters=()):
        """Runs one statement and returns (rows, the last row's id). Raises sqlite3.Error."""
        with self._opened() as connection:
            cursor = connection.execute(sql, parameters)
            return cursor.fetchall(), cursor.lastrowid

    def rows(self, sql, parameters=()):
        """All rows of a query. Raises sqlite3.Error."""
        return self.run(sql, parameters)[0]

    def transaction(self, work):
        """Does several statements, or none of them."""
        with self._opened():
            self.run("BEGIN IMMEDIATE")
            try:
                work()
            except BaseException:
                self.run("ROLLBACK")
                raise
            self.run("COMMIT")

    def update(self, table_name, cols, args, criteria=None):
        """Inserts a row, or with criteria updates rows. Returns the last row's id, None when it failed."""
        names = _names(cols)
        values = list(args) if isinstance(args, (list, tuple)) else [args]
        if criteria is None:
            sql = "INSERT INTO %s (%s) VALUES (%s)" % (table_name, ", ".join(names), ", ".join("?" * len(values)))
        else:
            sql = "UPDATE %s SET %s%s" % (table_name, ", ".join(name + " = ?" for name in names), _where(criteria))
        done = self._try(sql, [_storable(value) for value in values])
        return None if done is None else done[1]

    def select(self, table_name, cols="*", criteria="", orderby=""):
        """A list of tuples."""
        done = self._try("SELECT %s FROM %s%s%s" % (", ".join(_names(cols)), table_name, _where(criteria), _order(orderby)))
        return [] if done is None else done[0]

    def select_one_result(self, table_name, col, criteria=""):
        """One value, or None."""
        done = self._try("SELECT %s FROM %s%s" % (col, table_name, _where(criteria)))
        return done[0][0][0] if done is not None and done[0] else None

    def delete(self, table_name, criteria):
        """Deletes rows."""
        self._try("DELETE FROM %s%s" % (table_name, _where(criteria)))

    def get_cols(self, table_name):
        """The columns that an insert names: those whose value SQLite does not give itself."""
        given = any(column.endswith("AUTOINCREMENT") for column in TABLES.get(table_name, ()))
        return [name for name in self.get_column_name(table_name) if not (given and name == "id")]

    def get_column_name(self, table_name):
        """All columns of a table."""
        return [row[0] for row in self.rows("SELECT name FROM pragma_table_info(?)", (table_name,))]

    def get_table_name(self):
        """All tables."""
        return [row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]

    def check_and_create_table(self, table_name, cols):
        """Makes a table unless it is there."""
        self._try("CREATE TABLE IF NOT EXISTS %s (%s)" % (table_name, ", ".join(str(column) for column in cols)))

    def drop_table(self, table_name):
        """Removes a table."""
        self._try("DROP TABLE IF EXISTS " + table_name)

    @contextlib.contextmanager
    def _opened(self):
        with self._lock:
            if self._connection is not None:
                yield self._connection
                return
            if self._path is None:
                # Outside the host: empty tables as long as the program runs.
                self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
                yield self._connection
                return
            # SQLite gives its journals the mode of the file.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None
                connection.close()

    def _make_tables(self):
        with self._opened() as connection:
            for table, columns in TABLES.items():
                connection.execute("CREATE TABLE IF NOT EXISTS %s (%s)" % (table, ", ".join(columns)))

    def _try(self, sql, parameters=()):
        try:
            return self.run(sql, parameters)
        except sqlite3.Error as problem:
            self._log("The statement '%s' failed: %s." % (sql, problem))
            return None

    @staticmethod
    def _log(message):
        from base.logger.ahenk_logger import Logger
        Logger().error(message)


def _names(cols):
    return [part.strip() for part in cols.split(",")] if isinstance(cols, str) else [str(col) for col in cols]


def _where(criteria):
    criteria = (criteria or "").strip()
    if criteria.lower().startswith("where "):
        criteria = criteria[6:]
    return " WHERE " + criteria if criteria else ""


def _order(orderby):
    orderby = (orderby or "").strip()
    if not orderby:
        return ""
    return " " + orderby if orderby.lower().startswith("order by ") else " ORDER BY " + orderby


def _storable(value):
    return value if value is None or isinstance(value, (int, float, str, bytes)) else str(value)
