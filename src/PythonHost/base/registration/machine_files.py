"""The system files that joining a directory changes. Every change can be undone, and doing it twice is doing it once."""
import os
import re
import shutil
import tempfile

from base.util.execution import run

# Tests put the files elsewhere.
root = ""

SSSD_FOLDER = "/etc/sssd"
SSSD_FILE = SSSD_FOLDER + "/sssd.conf"
AD_INFO = "/etc/ahenk/ad_info"
HOSTS = "/etc/hosts"
RESOLVER = "/etc/resolv.conf"

_PAM_FILE = "/etc/pam.d/common-session"
_PAM_LINE = "session optional pam_mkhomedir.so skel=/etc/skel umask=0077"
_SWITCH_FILE = "/etc/nsswitch.conf"
_SWITCHED = ("passwd", "group", "shadow", "services", "netgroup", "sudoers")
_MARK = "# ahenk: "


def read(path):
    """A file's text; empty when there is none."""
    try:
        with open(root + path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path, text, mode=None):
    """Replaces a file as a whole and keeps its mode, or gives it one."""
    target = os.path.realpath(root + path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if mode is None:
        mode = os.stat(target).st_mode & 0o7777 if os.path.exists(target) else 0o644
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".ahenk-")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def exists(path):
    """Whether a file is there."""
    return os.path.exists(root + path)


def delete(path):
    """Removes a file or a folder; nothing when it is not there."""
    if os.path.isdir(root + path):
        shutil.rmtree(root + path)
    elif os.path.exists(root + path):
        os.remove(root + path)


def add_home_directories():
    """Has PAM make a home at the first login."""
    text = read(_PAM_FILE)
    if "pam_mkhomedir.so" not in text:
        write(_PAM_FILE, _with_end(text) + _PAM_LINE + "\n")


def remove_home_directories():
    """Undoes add_home_directories."""
    _rewrite(_PAM_FILE, lambda line: None if "pam_mkhomedir.so" in line else line)


def switch_to_sss():
    """Has the name service ask SSSD too."""
    text = read(_SWITCH_FILE)
    present = set(re.findall(r"^\s*(\w+)\s*:", text, re.MULTILINE))
    for database in _SWITCHED:
        if database not in present:
            text = _with_end(text) + "%s: files\n" % database
    write(_SWITCH_FILE, "".join(_switched(line) for line in text.splitlines(keepends=True)))


def switch_from_sss():
    """Undoes switch_to_sss."""
    _rewrite(_SWITCH_FILE, lambda line: re.sub(r"\s+sss\b", "", line) if line.partition(":")[0].strip() in _SWITCHED else line)


def mark_out(path):
    """Turns each line into a comment that restore finds again."""
    _rewrite(path, lambda line: line if line.startswith(_MARK) else _MARK + line)


def restore(path):
    """Undoes mark_out, and with it whatever was added since."""
    text = read(path)
    if _MARK in text:
        write(path, "".join(line[len(_MARK):] for line in text.splitlines(keepends=True) if line.startswith(_MARK)))


def append_marked(path, lines):
    """Adds lines that remove_marked finds again."""
    text = _with_end(read(path))
    write(path, text + "".join("%s %s\n" % (line, _MARK.strip()) for line in lines))


def remove_marked(path):
    """Undoes append_marked."""
    _rewrite(path, lambda line: None if line.rstrip().endswith(_MARK.strip()) else line)


def restart_name_service():
    """SSSD reads its configuration, and the cache of the name service, where there is one, forgets. Returns whether SSSD runs."""
    code, _, _ = run("systemctl", "restart", "sssd.service")
    run("systemctl", "try-restart", "nscd.service")
    return code == 0


def is_word(value):
    """Whether a value can stand in a configuration file: one line, not empty."""
    return isinstance(value, str) and bool(value.strip()) and not re.search(r"[\x00-\x1f\x7f]", value)


def _switched(line):
    database, colon, services = line.partition(":")
    if not colon or database.strip() not in _SWITCHED or re.search(r"\bsss\b", services):
        return line
    return "%s:%s sss\n" % (database, services.rstrip())


def _rewrite(path, change):
    if exists(path):
        changed = (change(line) for line in read(path).splitlines(keepends=True))
        write(path, "".join(line for line in changed if line is not None))


def _with_end(text):
    return text if not text or text.endswith("\n") else text + "\n"
