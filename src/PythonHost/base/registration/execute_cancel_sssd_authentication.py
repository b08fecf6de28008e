"""Leaves an LDAP directory."""
from base.registration import machine_files
from base.scope import Scope
from base.util.apt_helper import AptHelper


class ExecuteCancelSSSDAuthentication:
    """Leaves."""

    def __init__(self):
        self.logger = Scope.get_instance().get_logger()

    def cancel(self):
        """Puts the files back and removes the packages. Raises RuntimeError when these cannot be removed."""
        code, _, error = AptHelper.remove_packages(["libpam-sss", "libnss-sss", "libsss-sudo", "sssd-common"], purge=True)
        machine_files.delete(machine_files.SSSD_FOLDER)
        machine_files.remove_home_directories()
        machine_files.switch_from_sss()
        machine_files.restart_name_service()
        if code != 0:
            # Those who call this look at no return value.
            raise RuntimeError("SSSD could not be removed: %s" % error.strip())
        return True
