#!/usr/bin/env python3
"""Packages in bulk. Also a program: apt_helper.py [--update-cache | --update-only] PACKAGE..."""
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))))

from base.util.execution import output_lines, run  # noqa: E402
from base.util.packages import apt_get  # noqa: E402


class AptHelper:
    """Through apt-get, so that python-apt is not needed. Every method returns (exit code, standard output, standard error)."""

    @staticmethod
    def update_cache(run_dpkg_configure=True):
        """Fetches the lists of packages."""
        return _configured(run_dpkg_configure) or apt_get("update")

    @staticmethod
    def install_packages(package_list, update_cache=False, run_dpkg_configure=True, versions=None):
        """Installs; a package that is not known is exit code 1. versions is a dictionary by name, or a list beside the names."""
        failed = _configured(run_dpkg_configure) or (_failed(apt_get("update")) if update_cache else None)
        if failed:
            return failed
        code, output, error = apt_get("install", *_versioned(list(package_list), versions))
        return (1 if code else 0), output, error

    @staticmethod
    def remove_packages(package_list, purge=False, update_cache=False, run_dpkg_configure=True):
        """Removes what is there; a package that is not known is none."""
        failed = _configured(run_dpkg_configure) or (_failed(apt_get("update")) if update_cache else None)
        if failed:
            return failed
        known = [name for name in package_list if output_lines("dpkg-query", "-W", "-f", "${Package}\\n", "--", name)]
        if not known:
            return 0, "None of these packages is installed.", ""
        code, output, error = apt_get("purge" if purge else "remove", *known)
        return (1 if code else 0), output, error


def _configured(wanted):
    return _failed(run("dpkg", "--configure", "-a", env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))) if wanted else None


def _failed(result):
    return None if result[0] == 0 else (1, result[1], result[2])


def _versioned(names, versions):
    if not versions:
        return names
    by_name = versions if isinstance(versions, dict) else dict(zip(names, versions))
    return ["%s=%s" % (name, by_name[name]) if by_name.get(name) else name for name in names]


def _main(arguments):
    packages = [argument for argument in arguments if not argument.startswith("--")]
    if "--update-only" in arguments:
        code, output, error = AptHelper.update_cache()
    elif packages:
        code, output, error = AptHelper.install_packages(packages, update_cache="--update-cache" in arguments)
    else:
        code, output, error = 2, "", "usage: apt_helper.py [--update-cache | --update-only] PACKAGE...\n"
    sys.stdout.write(output)
    sys.stderr.write(error)
    return code


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
