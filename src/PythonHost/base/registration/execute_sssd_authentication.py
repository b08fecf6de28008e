"""Logins against an LDAP directory through SSSD."""
from base.registration import machine_files
from base.scope import Scope
from base.util.packages import apt_get

_PACKAGES = ("libpam-sss", "libnss-sss", "libsss-sudo", "sssd-common", "sssd-ldap")

# Without TLS SSSD authenticates only when told so in these words; sites whose directory speaks plain LDAP depend on it.
_PLAIN = "ldap_auth_disable_tls_never_use_in_production = true\n"

_CONFIGURATION = """\
[sssd]
services = nss, pam, sudo
domains = ldap

[domain/ldap]
id_provider = ldap
auth_provider = ldap
chpass_provider = ldap
sudo_provider = ldap
access_provider = ldap
ldap_uri = {uri}
ldap_default_bind_dn = {bind_dn}
ldap_default_authtok_type = password
ldap_default_authtok = {password}
ldap_search_base = {base}
ldap_user_search_base = {base}
ldap_group_search_base = {base}
ldap_sudo_search_base = ou=Role,ou=Groups,{base}
ldap_access_order = lockout
ldap_pwdlockout_dn = ou=PasswordPolicies,{base}
ldap_user_fullname = cn
ldap_tls_reqcert = {certificate}
{plain}cache_credentials = true
override_shell = /bin/bash
fallback_homedir = /home/%u
"""


class ExecuteSSSDAuthentication:
    """Joins."""

    def __init__(self):
        self.logger = Scope.get_instance().get_logger()

    def authenticate(self, server_address, dn, admin_dn, admin_password):
        """Returns whether SSSD runs with the new configuration. Without an account the agent's own is taken."""
        scope = Scope.get_instance()
        if not admin_dn:
            admin_dn = scope.get_db_service().select_one_result("registration", "dn", "registered = 1")
        if not admin_password:
            admin_password = scope.get_configuration_manager().get("CONNECTION", "password", fallback=None)
        if not all(machine_files.is_word(value) for value in (server_address, dn, admin_dn, admin_password)):
            self.logger.error("The directory cannot be joined: its address, base DN, account or password is missing or has several lines.")
            return False
        code, _, error = apt_get("install", *_PACKAGES)
        if code != 0:
            self.logger.error("The directory cannot be joined: %s could not be installed: %s" % (", ".join(_PACKAGES), error.strip()))
            return False
        secure = server_address.startswith("ldaps://")
        machine_files.write(machine_files.SSSD_FILE, _CONFIGURATION.format(
            uri=server_address if "://" in server_address else "ldap://" + server_address, bind_dn=admin_dn, password=admin_password,
            base=dn, certificate="demand" if secure else "never", plain="" if secure else _PLAIN), mode=0o600)
        machine_files.add_home_directories()
        machine_files.switch_to_sss()
        if not machine_files.restart_name_service():
            self.logger.error("SSSD does not start with the new configuration; see 'journalctl -u sssd'.")
            return False
        return True
