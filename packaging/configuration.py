#!/usr/bin/python3
"""Makes what administrators read of docs/configuration.md, whose table lists every key:

    configuration.py template DOCUMENT     ahenk.conf with every key, commented out
    configuration.py manual DOCUMENT       ahenk.conf(5)
"""

import re
import sys
import textwrap

_ROW = re.compile(r"^\| `([A-Z]+)` \| `([a-z0-9_]+)` \| (?:`([^`]+)`|\*([^|]*)\*) \| ([^|]+) \| (?:restart|reload) \| (.*) \|$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def rows(document):
    with open(document, encoding="utf-8") as file:
        text = file.read()
    found = [
        (section, key, value or "", note.strip("()") if note else "", "%s; allowed: %s" % (_LINK.sub(r"\1", meaning), allowed))
        for section, key, value, note, allowed, meaning in _ROW.findall(text)
    ]
    if not found:
        sys.exit("%s has no table of keys." % document)
    return found


def sections(document):
    """The sections in the order of their first key; a document may come back to one."""
    grouped = {}
    for section, *row in rows(document):
        grouped.setdefault(section, []).append(row)
    return grouped.items()


def template(document):
    lines = [
        "# Configuration of the Ahenk agent: ahenk.conf(5). Every key is here, with its default; take the # away before one to set it.",
        "# Files of config.d beside this one override it, in the order of their names. A password may stand here: keep the mode 0600.",
    ]
    for section, keys in sections(document):
        lines += ["", "[%s]" % section]
        for key, value, _, meaning in keys:
            lines += textwrap.wrap(meaning.replace("`", ""), 110, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False)
            lines.append(("#%s = %s" % (key, value)).rstrip())
    return lines


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + re.sub(r"`([^`]*)`", r"\\fB\1\\fR", text).replace("**", "")


def manual(document):
    lines = [
        '.TH AHENK.CONF 5 "" "Ahenk" "File formats"',
        ".SH NAME",
        "ahenk.conf \\- configuration of the Ahenk agent",
        ".SH SYNOPSIS",
        ".I /etc/ahenk/ahenk.conf",
        ".br",
        ".I /etc/ahenk/config.d/*",
        ".SH DESCRIPTION",
        "The daemon reads",
        ".I ahenk.conf",
        "and then the files of",
        ".I config.d",
        "in the order of their names; a later file overrides an earlier one. Files whose name begins with a dot or ends in",
        ".B ~",
        "or",
        ".BR .bak ,",
        "and dpkg's own copies, are left out.",
        ".PP",
        "Sections begin with",
        ".BR [SECTION] ,",
        "keys are written",
        ".BR \"key = value\" ,",
        "and comments begin with",
        ".B ;",
        "or",
        ".BR # .",
        "An empty value is as good as none. A value that is not allowed ends the daemon with exit status 2 and a line in its log that says what is allowed.",
    ]
    for section, keys in sections(document):
        lines.append(".SH [%s]" % section)
        for key, value, note, meaning in keys:
            lines += [".TP", "\\fB%s\\fR (default: %s)" % (key, "\\fB%s\\fR" % value.replace("-", "\\-") if value else note), roff(meaning)]
    return lines + [".SH SEE ALSO", ".BR ahenk (8)"]


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("template", "manual"):
        sys.exit(__doc__)
    sys.stdout.write("\n".join({"template": template, "manual": manual}[sys.argv[1]](sys.argv[2])) + "\n")
