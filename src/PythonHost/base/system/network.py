"""Network interfaces."""
import fcntl
import json
import os
import socket
import struct

from base.system import procfs
from base.util.execution import run

_GET_ADDRESS = 0x8915  # SIOCGIFADDR, netdevice(7)
_LOOPBACK = "lo"
_NO_ADDRESS = "00:00:00:00:00:00"


class Network:
    """IPv4 and hardware addresses; the loopback interface is left out of both."""

    @staticmethod
    def interfaces():
        """Names of all interfaces."""
        return [name for _, name in socket.if_nameindex()]

    @staticmethod
    def ip_addresses():
        """IPv4 addresses."""
        addresses = []
        for interface in interfaces_details():
            for entry in interface.get("addr_info", ()):
                if entry.get("family") == "inet" and not entry.get("local", "").startswith("127."):
                    addresses.append(entry["local"])
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
        """Bytes and packets by interface: {"eth0": {"rx_bytes": 1, ...}}."""
        counters = ("rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped")
        return {
            name: {counter: int(procfs.read("/sys/class/net/%s/statistics/%s" % (name, counter)) or 0) for counter in counters}
            for name in Network.interfaces()
        }


def interfaces_details():
    """What `ip -json address` tells; empty without iproute2."""
    code, output, _ = run("ip", "-json", "address")
    try:
        return json.loads(output) if code == 0 and output else []
    except ValueError:
        return []


def _first_address(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe.fileno(), _GET_ADDRESS, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return None  # it has none
    return socket.inet_ntoa(answer[20:24])
