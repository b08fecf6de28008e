"""The agent: its settings, its paths, its registration."""
import configparser
import os

from base.config.config_manager import load_configuration
from base.host import settings
from base.system import procfs
from base.system.network import Network

_PID_FILE = "/var/run/ahenk.pid"


class Ahenk:
    """Settings are read anew each time."""

    @staticmethod
    def plugins_path():
        """The folder of all plugins, with a slash at its end."""
        return settings.plugins_directory

    @staticmethod
    def received_dir_path():
        """Where files of answers are put, with a slash at its end."""
        return "/tmp/"

    @staticmethod
    def config_path():
        """The path of ahenk.conf."""
        return settings.config_file

    @staticmethod
    def pid_path():
        """The path of the agent's process number."""
        return _PID_FILE

    @staticmethod
    def fifo_file():
        """The old agent's command pipe; there is none any more."""
        return "/tmp/liderahenk.fifo"

    @staticmethod
    def db_path():
        """The file of the tables that plugins see."""
        return settings.database_file()

    @staticmethod
    def get_pid_number():
        """The agent's process number as text, or None."""
        return procfs.read(_PID_FILE)

    @staticmethod
    def is_running():
        """Whether the agent runs."""
        number = Ahenk.get_pid_number()
        return bool(number) and os.path.exists("/proc/" + number)

    @staticmethod
    def installed_plugins():
        """Names of the plugins' folders."""
        try:
            return sorted(
                name for name in os.listdir(settings.plugins_directory)
                if os.path.isfile(os.path.join(settings.plugins_directory, name, "main.py")))
        except FileNotFoundError:
            return []

    @staticmethod
    def module_name():
        """The name of the plugin that this process runs."""
        return settings.plugin_name

    @staticmethod
    def dn():
        """The registered agent's distinguished name, or None."""
        return _registered("dn")

    @staticmethod
    def uid():
        """The registered agent's name, or None."""
        return _registered("jid")

    @staticmethod
    def ip():
        """The machine's addresses."""
        return Network.ip_addresses()

    @staticmethod
    def agreement():
        """[AGREEMENT] agreement, or None."""
        return _setting("AGREEMENT", "agreement")

    @staticmethod
    def agreement_timeout():
        """[SESSION] agreement_timeout, or None."""
        return _setting("SESSION", "agreement_timeout")

    @staticmethod
    def registration_timeout():
        """[SESSION] registration_timeout, or None."""
        return _setting("SESSION", "registration_timeout")

    @staticmethod
    def get_policy_timeout():
        """[SESSION] get_policy_timeout, or None."""
        return _setting("SESSION", "get_policy_timeout")


def _registered(column):
    from base.scope import Scope
    return Scope.get_instance().get_db_service().select_one_result("registration", column, "registered = 1")


def _setting(section, option):
    parser = load_configuration(configparser.ExtendedInterpolation())
    try:
        return parser.get(section, option, fallback=None)
    except configparser.InterpolationError:
        # A '$' that is meant as such.
        return parser.get(section, option, raw=True)
