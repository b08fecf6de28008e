"""The name that LDAP logins had before SSSD."""
from base.registration.execute_sssd_authentication import ExecuteSSSDAuthentication


class ExecuteLDAPLogin:
    """Joins."""

    def login(self, server_address, dn, version, admin_dn, admin_password):
        """Returns whether logins go to the directory now. The protocol's version is SSSD's own matter."""
        return ExecuteSSSDAuthentication().authenticate(server_address, dn, admin_dn, admin_password)
