"""The logger of plugins. Its lines go to the daemon's log, or to standard error where there is no daemon."""
import logging
import sys

from base.host import daemon

_MAX_LENGTH = 64 * 1024


class _DaemonHandler(logging.Handler):
    def emit(self, record):
        try:
            message = self.format(record)
        except Exception as problem:  # a message that cannot be shown must not end the plugin's work
            message = "(a log message cannot be shown: %s)" % type(problem).__name__
        if len(message) > _MAX_LENGTH:
            message = message[:_MAX_LENGTH] + " [... cut ...]"
        level = _level(record.levelno)
        if not daemon.log(level, message) and sys.stderr is not None:
            try:
                sys.stderr.write("%s: %s\n" % (level, message))
            except (OSError, ValueError):
                pass  # closed; there is no other place


def _level(number):
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


_handler = _DaemonHandler()
_logger = logging.getLogger("ahenk")
_logger.setLevel(logging.DEBUG)
_logger.propagate = False
_logger.addHandler(_handler)


def install():
    """What libraries log goes the same way."""
    logging.getLogger().addHandler(_handler)


class Logger:
    """One message of any type a call; arguments are filled in as by the standard library."""

    def debug(self, message, *arguments, **options):
        """Logs for those who look for a fault."""
        _logger.debug(message, *arguments, **options)

    def info(self, message, *arguments, **options):
        """Logs what happens."""
        _logger.info(message, *arguments, **options)

    def warning(self, message, *arguments, **options):
        """Logs what may become a fault."""
        _logger.warning(message, *arguments, **options)

    warn = warning

    def error(self, message, *arguments, **options):
        """Logs a fault."""
        _logger.error(message, *arguments, **options)

    critical = error

    def exception(self, message, *arguments, **options):
        """Logs a fault with the exception that is being handled."""
        options.setdefault("exc_info", True)
        _logger.error(message, *arguments, **options)

    def get_logger(self):
        """The standard library's logger behind this one."""
        return _logger
