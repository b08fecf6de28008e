"""What the kernel tells in /proc and /sys."""
import glob
import os


def read(path):
    """A small file without the blanks around its text; None when it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return None


def read_bytes(path):
    """A small file; empty when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def fields(path, separator=":"):
    """Lines of 'name: value' as a dictionary, the first of each name."""
    found = {}
    for line in (read(path) or "").splitlines():
        name, present, value = line.partition(separator)
        if present:
            found.setdefault(name.strip(), value.strip())
    return found


def names(pattern):
    """Paths, in order."""
    return sorted(glob.glob(pattern))


def mounts():
    """(device, mount point, type, options) of what is mounted; blanks in names come back."""
    for line in (read("/proc/self/mounts") or "").splitlines():
        words = [word.encode().decode("unicode_escape") if "\\" in word else word for word in line.split(" ")]
        if len(words) >= 4:
            yield tuple(words[:4])


def size_of_block_device(name):
    """Bytes."""
    return int(read("/sys/block/%s/size" % name) or 0) * 512


def space(path):
    """(total, used, free) bytes of the file system at a path; None when it cannot be measured."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    total = found.f_blocks * found.f_frsize
    return total, total - found.f_bfree * found.f_frsize, found.f_bavail * found.f_frsize
