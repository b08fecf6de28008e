"""Which call the running thread works for."""
import threading

_thread = threading.local()


def begin(call):
    """The thread now works for a call (the daemon's message)."""
    _thread.call = call


def end():
    """The thread works for no call any more."""
    _thread.call = None


def in_init_mode():
    """Whether the thread runs init.py: at that moment the old agent had no messenger, scheduler or registration yet."""
    call = getattr(_thread, "call", None)
    return call is not None and call.get("kind") == "mode" and call.get("mode") == "init"
