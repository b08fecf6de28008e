"""The daemon's end of the wire: one JSON object a line, both ways, over one socket."""
import fcntl
import json
import os
import resource
import socket
import sys
import threading

MAX_LINE = 16 * 1024 * 1024

# Plugins that close every descriptor they can think of stop well below this one.
_HIGH_DESCRIPTOR = 4000

_PROTOCOL_LOST = 70


class DaemonError(Exception):
    """The daemon refused what was asked of it, or is gone. The text is a sentence."""


class LineTooLong(ValueError):
    """What was to be said does not fit into one line."""


class Channel:
    """Sends from any thread; one thread reads. Requests block the thread that makes them until the daemon has answered."""

    def __init__(self, descriptor):
        self._socket = socket.socket(fileno=_move_up(descriptor))
        self._socket.settimeout(None)
        self._descriptor = self._socket.fileno()
        self._identity = _identity(self._descriptor)
        self._writing = threading.Lock()
        self._state = threading.Lock()
        self._next_request = 1
        self._waiting = {}
        self._end = None
        os.register_at_fork(after_in_child=self._forked)

    def send(self, message):
        """Sends one message. Raises LineTooLong, and DaemonError when nobody listens any more."""
        line = encode(message)
        if len(line) > MAX_LINE:
            raise LineTooLong("%d bytes are more than the %d that one line may have" % (len(line), MAX_LINE))
        with self._writing:
            if self._end:
                raise DaemonError(self._end)
            if _identity(self._descriptor) != self._identity:
                # The plugin closed what is not its own, and the number may already be a file of its. The daemon learns it from the end.
                sys.stderr.write("The plugin closed the connection to the daemon; this process ends.\n")
                os._exit(_PROTOCOL_LOST)
            try:
                self._socket.sendall(line)
            except OSError as failure:
                raise DaemonError("The daemon does not listen any more: %s." % failure) from failure

    def request(self, method, parameters):
        """Asks the daemon for something and waits for the answer. Raises DaemonError when it refuses."""
        waiter = _Waiter()
        with self._state:
            if self._end:
                raise DaemonError(self._end)
            number = self._next_request
            self._next_request += 1
            self._waiting[number] = waiter
        try:
            self.send({"op": "request", "id": number, "method": method, "params": parameters})
            waiter.answered.wait()
        finally:
            with self._state:
                self._waiting.pop(number, None)
        if waiter.error is not None:
            raise DaemonError(waiter.error)
        return waiter.value

    def messages(self):
        """Yields what the daemon says until it says exit or closes. Answers to requests go to those who wait for them."""
        with self._socket.makefile("rb", buffering=65536) as reader:
            while True:
                try:
                    line = reader.readline(MAX_LINE + 1)
                except OSError:
                    break
                if not line.endswith(b"\n"):
                    break
                message = json.loads(line)
                if message.get("op") == "exit":
                    break
                if message.get("op") == "reply":
                    self._answer(message)
                else:
                    yield message
        self._finish("The daemon has ended the connection.")

    def _answer(self, reply):
        with self._state:
            waiter = self._waiting.get(reply.get("id"))
        if waiter is not None:
            if reply.get("ok"):
                waiter.value = reply.get("value")
            else:
                waiter.error = reply.get("error") or "The daemon refused without a reason."
            waiter.answered.set()

    def _finish(self, why):
        with self._state:
            self._end = why
            left = list(self._waiting.values())
        for waiter in left:
            waiter.error = why
            waiter.answered.set()

    def _forked(self):
        """A plugin's forked child must neither speak for its parent nor keep the connection open after it."""
        self._writing = threading.Lock()
        self._state = threading.Lock()
        self._waiting = {}
        self._end = "This is a child process of the plugin's; only the plugin's own process can reach the daemon."
        if _identity(self._descriptor) == self._identity:
            os.close(self._descriptor)


class _Waiter:
    def __init__(self):
        self.answered = threading.Event()
        self.value = None
        self.error = None


def encode(message):
    """One line of UTF-8. Halves of surrogate pairs, as they stand for undecodable bytes of file names, become question marks."""
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _identity(descriptor):
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _move_up(descriptor):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, min(hard, _HIGH_DESCRIPTOR + 1)) if hard != resource.RLIM_INFINITY else max(soft, _HIGH_DESCRIPTOR + 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    try:
        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, min(_HIGH_DESCRIPTOR, wanted - 1))
    finally:
        # What children inherit stays as it was; a descriptor above the limit stays open.
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    os.close(descriptor)
    return moved
