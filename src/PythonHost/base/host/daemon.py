"""The daemon as the rest of `base` sees it."""
from base.host.channel import DaemonError

_channel = None


def attach(channel):
    """Makes a channel the way to the daemon."""
    global _channel
    _channel = channel


def request(method, **parameters):
    """Asks the daemon for something. Raises DaemonError when it refuses, or when there is no daemon."""
    if _channel is None:
        raise DaemonError("This process was not started by the daemon, so that '%s' cannot be asked of it." % method)
    return _channel.request(method, parameters)


def log(level, message):
    """Hands a line to the daemon's log. Returns False when there is no way to it."""
    if _channel is None:
        return False
    try:
        _channel.send({"op": "log", "level": level, "message": message})
    except DaemonError:
        return False
    return True
