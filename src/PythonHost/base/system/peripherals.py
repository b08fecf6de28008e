"""Monitors, screens, printers, USB devices and what the firmware says of the machine."""
import os

from base.system import procfs
from base.util.execution import output_lines

_EDID_START = bytes((0, 255, 255, 255, 255, 255, 255, 0))
_EDID_LABELS = ("ModelName", "VendorName", "Monitor Manufactured", "DisplaySize")


def monitors():
    """Connected monitors: [{"ModelName": text, "VendorName": three letters}]."""
    found = []
    for path in _connectors():
        vendor, model = _edid(procfs.read_bytes(path + "/edid"))
        found.append({"ModelName": model or _connector_name(path), "VendorName": vendor or ""})
    return found


def screen_info_json_obj(info):
    """The same from the text of parse-edid."""
    found = {}
    for line in info.splitlines():
        for label in _EDID_LABELS:
            name, present, value = line.replace('"', "").partition(label)
            if present and not name.strip():
                found[label] = value.strip()
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
    """What `lpstat -a` says, a line for each printer; None without CUPS."""
    return output_lines("lpstat", "-a") or None


def system_definitions():
    """Maker and product, as dmidecode writes them."""
    found = (("Manufacturer", firmware("sys_vendor")), ("Product Name", firmware("product_name")))
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
