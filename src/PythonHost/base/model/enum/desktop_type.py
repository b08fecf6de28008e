"""Desktops and the users of their login screens."""
from enum import Enum


class DesktopType(Enum):
    """The value is the program that starts the desktop."""

    GNOME = "/usr/bin/gnome-session"
    XFCE = "/usr/bin/xfce4-session"
    CINNAMON = "/usr/bin/cinnamon-session"


class DisplayManagerUser(Enum):
    """Accounts that draw login screens, and are nobody's session."""

    GDM = "gdm"
    LIGHTDM = "lightdm"
    KDM = "kdm"
    DEBIAN_GDM = "Debian-gdm"

    @classmethod
    def all_users(cls):
        """Their names."""
        return [member.value for member in cls]
