"""The machine's disks."""
import os

from base.system import procfs

_MEGABYTE = 1000 * 1000
_SCSI_OPTICAL = "5"


class DiskInfo:
    """Disks are block devices that hardware stands behind. Without any, the root file system counts for the sums."""

    @staticmethod
    def get_all_disks():
        """(SSDs, HDDs), each a list of {"name", "type", "total", "used"} in MB; empty where there are none."""
        solid, turning = [], []
        used = _used_by_disk()
        for path in procfs.names("/sys/block/*"):
            name = os.path.basename(path)
            total = procfs.size_of_block_device(name)
            if total == 0 or not _is_disk(name, path):
                continue
            rotational = procfs.read(path + "/queue/rotational") != "0"
            (turning if rotational else solid).append({
                "name": name, "type": "HDD" if rotational else "SSD", "total": total // _MEGABYTE,
                "used": min(total, used.get(name, 0)) // _MEGABYTE,
            })
        return solid, turning

    @staticmethod
    def total_disk():
        """MB."""
        disks = _all()
        return sum(disk["total"] for disk in disks) if disks else _root(0)

    @staticmethod
    def total_disk_used():
        """MB."""
        disks = _all()
        return sum(disk["used"] for disk in disks) if disks else _root(1)

    @staticmethod
    def total_disk_free():
        """MB."""
        return DiskInfo.total_disk() - DiskInfo.total_disk_used()


def _all():
    solid, turning = DiskInfo.get_all_disks()
    return solid + turning


def _root(index):
    measured = procfs.space("/")
    return measured[index] // _MEGABYTE if measured else 0


def _is_disk(name, path):
    return (os.path.exists(path + "/device") and procfs.read(path + "/hidden") != "1" and not name.startswith(("sr", "fd"))
            and procfs.read(path + "/device/type") != _SCSI_OPTICAL)


def _used_by_disk():
    """Bytes used by mounted file systems, by disk; a device that is mounted twice counts once."""
    used, seen = {}, set()
    for _, target, _, _ in procfs.mounts():
        try:
            number = os.stat(target).st_dev
        except OSError:
            continue  # not for us, or gone
        if number in seen:
            continue
        seen.add(number)
        measured = procfs.space(target)
        for disk in _disks_below("/sys/dev/block/%d:%d" % (os.major(number), os.minor(number))):
            # Of what spans several disks the first one bears the use, so that the sum is true.
            used[disk] = used.get(disk, 0) + (measured[1] if measured else 0)
            break
    return used


def _disks_below(path, depth=0):
    """The disks under a block device, through partitions, LVM, encryption and RAID."""
    real = os.path.realpath(path)
    if depth > 16 or not os.path.exists(real):
        return
    slaves = procfs.names(real + "/slaves/*")
    if slaves:
        for slave in slaves:
            yield from _disks_below(slave, depth + 1)
    elif os.path.exists(real + "/partition"):
        yield os.path.basename(os.path.dirname(real))
    else:
        yield os.path.basename(real)
