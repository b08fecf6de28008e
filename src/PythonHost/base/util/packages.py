"""Debian packages."""
import os

from base.util.execution import output_lines, run

_APT = ("apt-get", "--yes", "-o", "DPkg::Lock::Timeout=300")


def apt_get(action, *packages):
    """apt-get without questions. Returns (exit code, standard output, standard error)."""
    for package in packages:
        if not package or package.startswith("-"):
            return 1, "", "'%s' is no package's name" % package
    return run(*_APT, action, "--", *packages, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))


def _versioned(package_names, version):
    """Several names may stand in one text."""
    return [name if not version else "%s=%s" % (name, version) for name in package_names.split()]


class Packages:
    """Debian packages, as methods of Util. All but is_installed return (exit code, standard output, standard error)."""

    @staticmethod
    def is_installed(package_name):
        """Whether dpkg says that a package is installed, and nothing less."""
        return "installed" in output_lines("dpkg-query", "-W", "-f", "${db:Status-Status}\\n", "--", package_name)

    @staticmethod
    def install_with_dpkg(full_path):
        """Installs a .deb file."""
        return run("dpkg", "-i", "--", full_path, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))

    @staticmethod
    def install_with_apt_get(package_name, package_version=None):
        """Installs."""
        return apt_get("install", *_versioned(package_name, package_version))

    @staticmethod
    def uninstall_package(package_name, package_version=None):
        """Removes with configuration files."""
        return apt_get("purge", *_versioned(package_name, package_version))

    @staticmethod
    def remove_package(package_name, package_version=None):
        """Removes and leaves configuration files."""
        return apt_get("remove", *_versioned(package_name, package_version))
