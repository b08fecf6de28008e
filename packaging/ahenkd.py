#!/usr/bin/python3
"""The command of the Python Ahenk under its old path, for scripts and plugins that call it. It becomes the ahenk command."""

import os
import sys

# Whoever calls this may have an environment that gives orders to a runtime.
_KEPT = ("LANG", "LC_ALL", "LC_MESSAGES", "TERM")
_SERVICE_WORDS = ("start", "stop", "restart")
_USER_WORDS = ("login", "logout")
_WORDS = _SERVICE_WORDS + _USER_WORDS + ("clean", "load", "register", "reload", "remove", "send", "status", "unregister")


def main(arguments):
    if not arguments or arguments[0] not in _WORDS:
        sys.stderr.write("Usage: ahenkd.py WORD [ARGUMENT...], where WORD is one of: %s. See ahenk(8).\n" % ", ".join(sorted(_WORDS)))
        return 2
    word, rest = arguments[0], arguments[1:]
    if word in _SERVICE_WORDS:
        command = ["/usr/bin/systemctl", word, "ahenk.service"]
    elif word in _USER_WORDS:
        # A name is no option, whatever it begins with.
        command = ["/usr/bin/ahenk", word, "--"] + [argument for argument in rest if argument != "--"]
    else:
        command = ["/usr/bin/ahenk"] + arguments
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    try:
        os.execve(command[0], command, environment)
    except OSError as failure:
        sys.stderr.write("%s cannot be run: %s\n" % (command[0], failure.strerror))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
