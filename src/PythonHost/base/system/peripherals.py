"""Monitors, screens, printers, USB devices and what the firmware says of the machine."""
import os

from base.system import procfs
from base.util.execution import output_lines

_EDID_START = bytes((0, 255, 255, 255, 255, 255, 255, 0))
_FIRMWARE = ("sys_vendor", "product_name", "product_version", "product_serial", "board_vendor", "board_name", "bios_vendor", "bios_version")


def monitors():
    """Connected monitors: [{"name": connector, "vendor": three letters, "model": text}]."""
    found = []
    for path in _connectors():
        vendor, model = _edid(procfs.read_bytes(path + "/edid"))
        found.append({"name": _connector_name(path), "vendor": vendor, "model": model})
    return found


def screens():
    """Connected screens with their preferred mode, as 'HDMI-A-1: 1920x1080'."""
    found = []
    for path in _connectors():
        modes = procfs.read(path + "/modes")
        if modes:
            found.append("%s: %s" % (_connector_name(path), modes.splitlines()[0]))
    return found


def usb_devices():
    """USB devices without hubs' roots, as lsusb writes them."""
    found = []
    for path in procfs.names("/sys/bus/usb/devices/*"):
        name = os.path.basename(path)
        vendor, product = procfs.read(path + "/idVendor"), procfs.read(path + "/idProduct")
        if name.startswith("usb") or ":" in name or not vendor or not product:
            continue
        place = "Bus %03d Device %03d" % (int(procfs.read(path + "/busnum") or 0), int(procfs.read(path + "/devnum") or 0))
        words = (procfs.read(path + "/manufacturer") or "", procfs.read(path + "/product") or "")
        found.append(" ".join(("%s: ID %s:%s %s %s" % (place, vendor, product, *words)).split()))
    return found


def printers():
    """Names of the printers that are set up, or None where there is none."""
    found = [line.split()[0] for line in output_lines("lpstat", "-a") if line.split()]
    return found or None


def system_definitions():
    """What the firmware says of the machine, as 'sys_vendor: QEMU'."""
    found = ((name, firmware(name)) for name in _FIRMWARE)
    return ["%s: %s" % (name, value) for name, value in found if value]


def firmware(name):
    """One of the kernel's DMI fields, or None."""
    return procfs.read("/sys/class/dmi/id/" + name) or None


def firmware_triple(name):
    """The same as execute answers: (0, text, "") or (1, "", reason)."""
    value = firmware(name)
    return (0, value + "\n", "") if value is not None else (1, "", "The firmware does not tell %s." % name)


def _connectors():
    return [path for path in procfs.names("/sys/class/drm/card*-*") if procfs.read(path + "/status") == "connected"]


def _connector_name(path):
    return os.path.basename(path).split("-", 1)[1]


def _edid(block):
    """Maker and model of VESA's E-EDID 1.4, section 3."""
    if len(block) < 128 or block[:8] != _EDID_START:
        return None, None
    packed = block[8] << 8 | block[9]
    vendor = "".join(chr(64 + (packed >> shift & 31)) for shift in (10, 5, 0))
    for start in range(54, 126, 18):
        descriptor = block[start:start + 18]
        if descriptor[:2] == b"\0\0" and descriptor[3] == 0xFC:
            return vendor, descriptor[5:].split(b"\n")[0].decode("latin-1").strip()
    return vendor, None
