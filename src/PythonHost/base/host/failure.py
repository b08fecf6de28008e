"""Exceptions as text for an administrator."""
import traceback

_MAX_TRACEBACK = 64 * 1024
_MAX_SUMMARY = 500


def summary(failure):
    """One line that says what happened."""
    if isinstance(failure, SystemExit):
        text = "the plugin ended itself with sys.exit(%s)" % _text(failure.code, repr)
    else:
        text = "%s: %s" % (type(failure).__name__, _text(failure, str))
    text = " ".join(text.split())
    return text if len(text) <= _MAX_SUMMARY else text[:_MAX_SUMMARY] + " ..."


def trace(failure):
    """The whole traceback, its last part when it is too long."""
    try:
        text = "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
    except Exception as second:  # a plugin's exception may fail to show itself
        text = "The traceback cannot be shown: %s." % type(second).__name__
    return text if len(text) <= _MAX_TRACEBACK else "[...]\n" + text[-_MAX_TRACEBACK:]


def _text(value, convert):
    try:
        return convert(value)
    except Exception as second:
        return "(cannot be shown: %s)" % type(second).__name__
