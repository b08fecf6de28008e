"""ahenk.conf and config.d."""
import configparser
import glob
import os

from base.host import settings


def load_configuration():
    """The files as a ConfigParser; later files win. '%' and '$' stand for themselves, so that any password can be read and written."""
    parser = configparser.ConfigParser(interpolation=None)
    folder = os.path.join(os.path.dirname(settings.config_file), "config.d")
    parser.read([settings.config_file, *sorted(glob.glob(os.path.join(folder, "*")))], encoding="utf-8")
    return parser


class ConfigManager:
    """The old agent's way to the same."""

    def __init__(self, configuration_file_path=None, configuration_file_folder_path=None):
        self._file = configuration_file_path
        self._folder = configuration_file_folder_path

    def read(self):
        """Reads the files; without paths, those of the agent."""
        if self._file is None:
            return load_configuration()
        parser = configparser.ConfigParser(interpolation=None)
        more = sorted(glob.glob(os.path.join(self._folder, "*"))) if self._folder else []
        parser.read([self._file, *more], encoding="utf-8")
        return parser
