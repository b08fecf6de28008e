#!/usr/bin/env python3
"""Runs the plugins that were written for the Python Ahenk, one process a plugin.

    ahenk_host.py <plugin-folder>           serves the daemon over descriptor 3 until it says exit
    ahenk_host.py --info <plugin-folder>    prints one JSON object: what main.py says of the plugin
"""
import os
import sys


def main(arguments):
    if sys.version_info < (3, 9):
        sys.stderr.write("ahenk_host.py needs Python 3.9 or newer; this is %s.\n" % sys.version.split()[0])
        return 2
    # Isolated mode leaves the script's own folder out.
    sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
    if len(arguments) == 2 and arguments[0] == "--info":
        from base.host.info import print_info
        return print_info(arguments[1])
    if len(arguments) == 1 and not arguments[0].startswith("-"):
        from base.host.service import serve
        return serve(arguments[0])
    sys.stderr.write("usage: ahenk_host.py <plugin-folder> | ahenk_host.py --info <plugin-folder>\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
