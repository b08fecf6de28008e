"""ahenk.conf and config.d."""
import configparser
import glob
import os

from base.host import settings

_NOT_READ = ("~", ".bak", ".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-tmp")


def load_configuration(interpolation=None):
    """The files as a ConfigParser; later files win. '%' and '$' stand for themselves, so that any password can be read and written."""
    return _load([settings.config_file, *_files_of(os.path.join(os.path.dirname(settings.config_file), "config.d"))], interpolation)


class ConfigManager:
    """The old agent's way to the same."""

    def __init__(self, configuration_file_path=None, configuration_file_folder_path=None):
        self._file = configuration_file_path
        self._folder = configuration_file_folder_path

    def read(self):
        """Reads the files; without paths, those of the agent."""
        if self._file is None:
            return load_configuration()
        return _load([self._file, *(_files_of(self._folder) if self._folder else [])], None)


def _files_of(folder):
    """As the daemon takes them: neither hidden ones nor the copies of editors and of dpkg."""
    return [path for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*"))) if not path.endswith(_NOT_READ)]


def _parser(interpolation=None):
    return configparser.ConfigParser(interpolation=interpolation, strict=False, allow_no_value=True)


def _load(paths, interpolation):
    parser = _parser(interpolation)
    for path in paths:
        try:
            with open(path, encoding="utf-8-sig") as file:
                text = file.read()
            # First into one of its own: a flaw in the midst of a file would leave the common one half read.
            _parser().read_string(text, path)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, configparser.Error) as problem:
            _log("%s is left out, since it cannot be read: %s" % (path, problem))
            continue
        parser.read_string(text, path)
    return parser


def _log(message):
    from base.logger.ahenk_logger import Logger
    Logger().error(message)
