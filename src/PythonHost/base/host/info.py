"""`--info`: what a plugin's main.py says of it, for the catalog."""
import json
import os
import sys

from base.host import failure, loader


def print_info(folder):
    """Prints one JSON object and ends the process: 0 with version and info, 1 with an error."""
    # Whatever main.py prints goes to standard error, and whatever it does to sys.stdout or descriptor 1 harms nothing.
    output = os.dup(1)
    os.dup2(2, 1)
    try:
        answer, code = _read(folder), 0
        line = json.dumps(answer, ensure_ascii=True, default=str)
    except BaseException as caught:
        line, code = json.dumps({"error": failure.summary(caught)}), 1
    os.write(output, line.encode("ascii") + b"\n")
    try:
        sys.stderr.flush()
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        pass  # main.py closed or replaced them; there is nothing left to be said there
    # Neither threads that main.py left behind nor its exit handlers may hold the answer back.
    os._exit(code)


def _read(folder):
    folder = os.path.abspath(folder)
    if not loader.has_file(folder, "main.py"):
        raise FileNotFoundError("the folder %s has no main.py" % folder)
    sys.path.append(folder)
    info = loader.execute(folder, "main").info()
    if info is None:
        return {"version": None, "info": {}}
    if not isinstance(info, dict):
        raise TypeError("info() of main.py returned %s and not a dictionary" % type(info).__name__)
    version = info.get("version")
    return {"version": None if version is None else str(version), "info": info}
