"""Network interfaces."""
import collections
import fcntl
import ipaddress
import json
import os
import socket
import struct

from base.system import procfs
from base.util.execution import run

_GET_ADDRESS = 0x8915  # SIOCGIFADDR, netdevice(7)
_LOOPBACK = "lo"
_NO_ADDRESS = "00:00:00:00:00:00"
_FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}

Address = collections.namedtuple("Address", "family address netmask broadcast ptp")
Counters = collections.namedtuple("Counters", "bytes_sent bytes_recv packets_sent packets_recv errin errout dropin dropout")
_COUNTER_FILES = ("tx_bytes", "rx_bytes", "tx_packets", "rx_packets", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped")


class Network:
    """IPv4 and hardware addresses; the loopback interface is left out of both."""

    @staticmethod
    def interfaces():
        """Names of all interfaces."""
        return [name for _, name in socket.if_nameindex()]

    @staticmethod
    def ip_addresses():
        """IPv4 addresses."""
        addresses = [
            entry.address for entries in interfaces_details().values() for entry in entries
            if entry.family == socket.AF_INET and not entry.address.startswith("127.")
        ]
        return addresses or [found for found in map(_first_address, Network.interfaces()) if found and not found.startswith("127.")]

    @staticmethod
    def mac_addresses():
        """Hardware addresses, each once."""
        addresses = []
        for name in Network.interfaces():
            address = Network.getHwAddr(name)
            if name != _LOOPBACK and address and address != _NO_ADDRESS and address not in addresses:
                addresses.append(address)
        return addresses

    @staticmethod
    def getHwAddr(ifname):
        """An interface's hardware address, or None."""
        return procfs.read("/sys/class/net/%s/address" % os.path.basename(ifname)) or None

    @staticmethod
    def interface_size():
        """How many interfaces there are."""
        return len(Network.interfaces())

    @staticmethod
    def io_counter_detail():
        """Counters by interface: .bytes_sent, .bytes_recv and so on."""
        return {
            name: Counters(*(int(procfs.read("/sys/class/net/%s/statistics/%s" % (name, counter)) or 0) for counter in _COUNTER_FILES))
            for name in Network.interfaces()
        }


def interfaces_details():
    """Addresses by interface: .family, .address, .netmask, .broadcast, .ptp; empty without iproute2."""
    code, output, _ = run("ip", "-json", "address")
    try:
        found = json.loads(output) if code == 0 and output else []
    except ValueError:
        found = []
    return {interface["ifname"]: list(_addresses(interface)) for interface in found if "ifname" in interface}


def _addresses(interface):
    for entry in interface.get("addr_info", ()):
        if entry.get("family") in _FAMILIES and "local" in entry:
            bits = ipaddress.ip_network("%s/%d" % (entry["local"], entry.get("prefixlen", 0)), strict=False)
            yield Address(_FAMILIES[entry["family"]], entry["local"], str(bits.netmask), entry.get("broadcast"), entry.get("address"))
    if interface.get("address"):
        yield Address(socket.AF_PACKET, interface["address"], None, interface.get("broadcast"), None)


def _first_address(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe.fileno(), _GET_ADDRESS, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return None  # it has none
    return socket.inet_ntoa(answer[20:24])
