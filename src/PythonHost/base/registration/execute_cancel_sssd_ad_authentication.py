"""Leaves an Active Directory domain."""
from base.registration import machine_files
from base.scope import Scope
from base.util.execution import run


class ExecuteCancelSSSDAdAuthentication:
    """Leaves."""

    def __init__(self):
        self.logger = Scope.get_instance().get_logger()

    def cancel(self):
        """Puts the files back and leaves the domain. Raises RuntimeError when realmd cannot leave it."""
        code, _, error = run("realm", "leave")
        machine_files.remove_marked(machine_files.HOSTS)
        machine_files.restore(machine_files.RESOLVER)
        machine_files.remove_home_directories()
        machine_files.switch_from_sss()
        machine_files.delete(machine_files.AD_INFO)
        run("systemctl", "try-restart", "nscd.service")
        if code != 0:
            # Those who call this look at no return value.
            raise RuntimeError("The domain could not be left: %s" % error.strip())
        return True
