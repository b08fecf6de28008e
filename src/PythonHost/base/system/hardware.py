"""Processor, memory, disks and what is plugged in."""
import collections
import os
import platform

from base.config.config_manager import load_configuration
from base.system import peripherals, procfs
from base.system.network import Network, interfaces_details

_MEGABYTE = 1000 * 1000
_KIB_PER_MIB = 1024

Partition = collections.namedtuple("Partition", "device mountpoint fstype opts")
CpuTimes = collections.namedtuple("CpuTimes", "user nice system idle iowait irq softirq steal guest guest_nice")
CpuStats = collections.namedtuple("CpuStats", "ctx_switches interrupts soft_interrupts syscalls")


class Memory:
    """MiB."""

    @staticmethod
    def total():
        return _memory("MemTotal")

    @staticmethod
    def available():
        return _memory("MemAvailable")

    @staticmethod
    def used():
        return Memory.total() - Memory.available()

    @staticmethod
    def free():
        return _memory("MemFree")

    @staticmethod
    def percent():
        """What is used, in hundredths."""
        return round(100 * Memory.used() / Memory.total(), 1)


class Disk:
    """MB of the root file system."""

    @staticmethod
    def total():
        return _space(0)

    @staticmethod
    def used():
        return _space(1)

    @staticmethod
    def free():
        return _space(2)

    @staticmethod
    def percent():
        """What is used, in hundredths of what users can have."""
        used = Disk.used()
        return round(100 * used / (used + Disk.free()), 1)

    @staticmethod
    def partitions():
        """Mounted devices, each once: .device, .mountpoint, .fstype, .opts."""
        found = {}
        for mount in procfs.mounts():
            if mount[0].startswith("/dev/") and not mount[0].startswith(("/dev/loop", "/dev/zram")):
                found.setdefault(mount[0], Partition(*mount))
        return list(found.values())


class Cpu:
    """The first processor speaks for all."""

    @staticmethod
    def brand():
        return _cpu("model name", "Model", "Hardware") or platform.processor() or platform.machine()

    @staticmethod
    def vendor():
        return _cpu("vendor_id", "CPU implementer")

    @staticmethod
    def family():
        return _cpu("cpu family", "CPU architecture")

    @staticmethod
    def model():
        return _cpu("model", "CPU part")

    @staticmethod
    def bit():
        """Of the word: 32 or 64."""
        return 64 if platform.machine().endswith("64") else 32

    @staticmethod
    def architecture():
        return platform.processor() or platform.machine()

    @staticmethod
    def hz_actual():
        """As '2.0000 GHz'."""
        megahertz = _cpu("cpu MHz")
        return _hertz(float(megahertz) * 1e6 if megahertz else _frequency("scaling_cur_freq"))

    @staticmethod
    def hz_advertised():
        """As '2.0000 GHz'."""
        named = Cpu.brand().rpartition("@")[2].strip()
        if named.endswith("GHz"):
            return _hertz(float(named[:-3]) * 1e9)
        advertised = _frequency("cpuinfo_max_freq")
        return _hertz(advertised) if advertised else Cpu.hz_actual()

    @staticmethod
    def logical_core_count():
        return os.cpu_count()

    @staticmethod
    def physical_core_count():
        cores = {
            (procfs.read(path + "/physical_package_id"), procfs.read(path + "/core_id"))
            for path in procfs.names("/sys/devices/system/cpu/cpu[0-9]*/topology")
        }
        return len(cores) or os.cpu_count()

    @staticmethod
    def times():
        """Seconds since the start, by what they were spent on."""
        ticks = os.sysconf("SC_CLK_TCK")
        return CpuTimes(*(int(value) / ticks for value in _stat("cpu")[:10]))

    @staticmethod
    def stats():
        """Counters since the start."""
        return CpuStats(int(_stat("ctxt")[0]), int(_stat("intr")[0]), int(_stat("softirq")[0]), 0)


class BaseBoard:
    """(exit code, text, error), as dmidecode would answer."""

    @staticmethod
    def manufacturer():
        return peripherals.firmware_triple("board_vendor")

    @staticmethod
    def version():
        return peripherals.firmware_triple("board_version")

    @staticmethod
    def asset_tag():
        return peripherals.firmware_triple("board_asset_tag")

    @staticmethod
    def product_name():
        return peripherals.firmware_triple("board_name")

    @staticmethod
    def serial_number():
        return peripherals.firmware_triple("board_serial")


class BIOS:
    """(exit code, text, error), as dmidecode would answer."""

    @staticmethod
    def vendor():
        return peripherals.firmware_triple("bios_vendor")

    @staticmethod
    def release_date():
        return peripherals.firmware_triple("bios_date")

    @staticmethod
    def version():
        return peripherals.firmware_triple("bios_version")


class Hardware:
    """The machine."""

    BaseBoard = BaseBoard
    Cpu = Cpu
    Disk = Disk
    Memory = Memory
    Network = Network

    monitors = staticmethod(peripherals.monitors)
    screens = staticmethod(peripherals.screens)
    usb_devices = staticmethod(peripherals.usb_devices)
    printers = staticmethod(peripherals.printers)
    system_definitions = staticmethod(peripherals.system_definitions)
    interfaces_details = staticmethod(interfaces_details)
    ip_addresses = staticmethod(Network.ip_addresses)

    screen_info_json_obj = staticmethod(peripherals.screen_info_json_obj)

    @staticmethod
    def machine_model():
        """The product's version, or an empty text."""
        return peripherals.firmware("product_version") or ""

    @staticmethod
    def machine_type():
        """[MACHINE] type, or None."""
        return load_configuration().get("MACHINE", "type", fallback=None)


def _memory(name):
    return int(procfs.fields("/proc/meminfo")[name].split()[0]) // _KIB_PER_MIB


def _space(index):
    measured = procfs.space("/")
    return measured[index] // _MEGABYTE if measured else 0


def _cpu(*field_names):
    found = procfs.fields("/proc/cpuinfo")
    return next((found[name] for name in field_names if found.get(name)), None)


def _frequency(name):
    kilohertz = procfs.read("/sys/devices/system/cpu/cpu0/cpufreq/" + name)
    return int(kilohertz) * 1e3 if kilohertz else 0.0


def _hertz(value):
    return "%.4f GHz" % (value / 1e9)


def _stat(name):
    for line in (procfs.read("/proc/stat") or "").splitlines():
        words = line.split()
        if words[0] == name:
            return words[1:]
    return ["0"] * 10
