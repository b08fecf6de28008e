"""Logins against Active Directory through realmd and SSSD."""
import os
import re

from base.registration import machine_files
from base.scope import Scope
from base.util.execution import run
from base.util.packages import apt_get

_PACKAGES = ("realmd", "sssd", "sssd-tools", "adcli", "packagekit", "samba-common-bin", "libsss-sudo", "libpam-sss", "libnss-sss")
_ATTEMPTS = 4
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\Z")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]+\Z")


class ExecuteSSSDAdAuthentication:
    """Joins."""

    def __init__(self):
        self.logger = Scope.get_instance().get_logger()

    def authenticate(self, domain_name, host_name, ip_address, password, ad_username, dynamic_dns_update=None):
        """Returns whether the machine is a member of the domain. Hosts and addresses are lists with commas."""
        hosts, addresses = _list(host_name), _list(ip_address)
        if not (_NAME.match(domain_name or "") and hosts and len(hosts) == len(addresses) and all(map(_NAME.match, hosts))
                and all(map(_ADDRESS.match, addresses)) and machine_files.is_word(ad_username) and machine_files.is_word(password)):
            self.logger.error("The domain cannot be joined: name, hosts, addresses, account or password is missing or malformed.")
            return False
        packages = _PACKAGES + (("dnsutils",) if _is_true(dynamic_dns_update) else ())
        code, _, error = apt_get("install", *packages)
        if code != 0:
            self.logger.error("The domain cannot be joined: %s could not be installed: %s" % (", ".join(packages), error.strip()))
            return False
        run("realm", "leave")
        self._point_to(domain_name, hosts, addresses, ad_username)
        if not self._join(domain_name, ad_username, password):
            return False
        _adjust_sssd(_is_true(dynamic_dns_update))
        machine_files.add_home_directories()
        machine_files.switch_to_sss()
        return machine_files.restart_name_service()

    def _point_to(self, domain_name, hosts, addresses, ad_username):
        machine_files.write(
            machine_files.AD_INFO, "\n".join((",".join(addresses), ",".join(hosts), domain_name, ad_username)) + "\n", mode=0o600)
        machine_files.remove_marked(machine_files.HOSTS)
        machine_files.append_marked(machine_files.HOSTS, ["%s %s %s" % (address, host, host.split(".")[0])
                                                          for address, host in zip(addresses, hosts)])
        if os.path.islink(machine_files.root + machine_files.RESOLVER):
            self.logger.warning("%s is another service's; see to it that the domain's name servers are asked." % machine_files.RESOLVER)
            return
        machine_files.restore(machine_files.RESOLVER)
        machine_files.mark_out(machine_files.RESOLVER)
        text = machine_files.read(machine_files.RESOLVER)
        machine_files.write(
            machine_files.RESOLVER, text + "".join("nameserver %s\n" % address for address in addresses) + "search %s\n" % domain_name)

    def _join(self, domain_name, ad_username, password):
        error = ""
        for _ in range(_ATTEMPTS):
            # The password goes in through standard input: arguments can be read by everybody.
            code, _, error = run("realm", "join", "--user=" + ad_username, domain_name, stdin=password + "\n")
            if code == 0:
                return True
        self.logger.error("The domain %s could not be joined: %s" % (domain_name, error.strip()))
        return False


def _adjust_sssd(dynamic_dns_update):
    """realmd wrote the file; short names and the update of the machine's own DNS record are the site's wish."""
    wanted = {
        "use_fully_qualified_names": "False", "fallback_homedir": "/home/%u", "dyndns_update": "True" if dynamic_dns_update else "False",
    }
    lines = [line for line in machine_files.read(machine_files.SSSD_FILE).splitlines()
             if line.partition("=")[0].strip() not in wanted]
    for index, line in enumerate(lines):
        if line.startswith("[domain/"):
            lines[index + 1:index + 1] = ["%s = %s" % pair for pair in wanted.items()]
            break
    machine_files.write(machine_files.SSSD_FILE, "\n".join(lines) + "\n", mode=0o600)


def _list(text):
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _is_true(value):
    return str(value).strip().lower() in ("true", "1", "yes")
