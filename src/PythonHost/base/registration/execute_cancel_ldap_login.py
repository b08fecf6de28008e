"""The name that leaving had before SSSD."""
from base.registration.execute_cancel_sssd_authentication import ExecuteCancelSSSDAuthentication


class ExecuteCancelLDAPLogin(ExecuteCancelSSSDAuthentication):
    """Leaves."""
