"""The life of the host: takes calls until the daemon says exit."""
import os
import signal
import sys
import threading

from base.host import current, daemon, failure
from base.host.call import answer
from base.host.channel import Channel, DaemonError, LineTooLong
from base.logger import ahenk_logger
from base.scope import Scope

_DESCRIPTOR = 3
_SECONDS_TO_END = 1.5


def serve(folder):
    """Serves one plugin over descriptor 3."""
    folder = os.path.abspath(folder)
    try:
        channel = Channel(_DESCRIPTOR)
    except OSError as problem:
        sys.stderr.write("ahenk_host.py is started by the daemon, with a socket as descriptor 3: %s\n" % problem)
        return 2
    # A handler of our own and not SIG_IGN: what is ignored stays ignored in children.
    signal.signal(signal.SIGINT, lambda *_: None)
    os.chdir("/")
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    # At the end, where plugins themselves put it: a file of the plugin's must not stand in for a library's.
    sys.path.append(folder)
    daemon.attach(channel)
    ahenk_logger.install()
    Scope.get_instance().prepare()
    host = _Host(folder, channel)
    channel.send({"op": "ready", "python": sys.version.split()[0], "pid": os.getpid()})
    for message in channel.messages():
        if message.get("op") == "call":
            host.start(message)
        else:
            Scope.get_instance().get_logger().warning("The host does not know the message %r." % message.get("op"))
    _end_soon()
    return 0


class _Host:
    def __init__(self, folder, channel):
        self._folder = folder
        self._channel = channel
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._running = 0
        self._streams = sys.stdin, sys.stdout, sys.stderr

    def start(self, call):
        """Runs a call on a thread of its own."""
        with self._lock:
            self._running += 1
        try:
            threading.Thread(target=self._run, args=(call,), name="call-%s" % call["id"], daemon=True).start()
        except RuntimeError as problem:
            self._finish(call, {"error": failure.summary(problem), "traceback": ""})

    def _run(self, call):
        current.begin(call)
        try:
            result = answer(self._folder, call)
        except BaseException as caught:
            result = {"error": failure.summary(caught), "traceback": failure.trace(caught)}
        finally:
            current.end()
        if os.getpid() != self._pid:
            # The plugin forked, and its child came back here: there is one answer, and it is the parent's.
            os._exit(0)
        self._finish(call, result)

    def _finish(self, call, result):
        with self._lock:
            self._running -= 1
            if self._running == 0:
                self._restore()
        try:
            try:
                self._channel.send({"op": "result", "id": call["id"], **result})
            except DaemonError:
                raise
            except BaseException as problem:
                reason = str(problem) if isinstance(problem, LineTooLong) else failure.summary(problem)
                self._channel.send({
                    "op": "result", "id": call["id"], "traceback": "",
                    "error": "the plugin's answer cannot be sent: " + reason,
                })
        except DaemonError:
            pass  # nobody is there to take it; the reading thread ends the process

    def _restore(self):
        """What belongs to the whole process is put back after a plugin that left it changed."""
        sys.stdin, sys.stdout, sys.stderr = self._streams
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            pass  # the plugin closed it; its output is lost, its answer is not
        os.chdir("/")


def _end_soon():
    """Leaves what still runs a moment to end, and no more."""
    timer = threading.Timer(_SECONDS_TO_END, os._exit, args=(0,))
    timer.daemon = True
    timer.start()
