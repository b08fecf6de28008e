"""The agent's services, as plugins reach them."""
import queue

from base.config.config_manager import load_configuration
from base.database.ahenk_db_service import AhenkDbService
from base.host import current, settings
from base.logger.ahenk_logger import Logger
from base.messaging.event_manager import EventManager
from base.messaging.message_manager import MessageManager
from base.messaging.messenger import Messenger
from base.plugin.plugin_manager import PluginManager

_instance = None


class _Unavailable:
    """A service of the daemon's own that a plugin's process cannot have; says so when it is used."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        raise AttributeError("the %s (%s) is a part of the daemon that plugins cannot reach" % (self._name, attribute))


class Scope:
    """One for the process. Every getter has its setter."""

    def __init__(self):
        self.logger = Logger()
        self.custom_map = {}
        self.response_queue = queue.Queue()
        self.configuration_manager = None
        self.db_service = None
        self.registration = None
        self.messenger = Messenger()
        self.message_manager = MessageManager()
        self.plugin_manager = PluginManager()
        self.event_manager = EventManager()
        self.execution_manager = _Unavailable("execution manager")
        self.scheduler = _Unavailable("scheduler")
        self.task_manager = _Unavailable("task manager")

    @staticmethod
    def get_instance():
        """The process's scope."""
        global _instance
        if _instance is None:
            _instance = Scope()
        return _instance

    @staticmethod
    def set_instance(scope):
        """Replaces the process's scope."""
        global _instance
        _instance = scope

    def prepare(self):
        """Opens what calls on several threads share."""
        self.get_db_service()
        self.reload_configuration()

    def reload_configuration(self):
        """Takes the configuration as the files have it now."""
        self.configuration_manager = load_configuration()

    def get_configuration_manager(self):
        """The configuration, a ConfigParser."""
        if self.configuration_manager is None:
            self.reload_configuration()
        return self.configuration_manager

    def set_configuration_manager(self, configuration_manager):
        self.configuration_manager = configuration_manager

    def get_db_service(self):
        """The tables of the old agent."""
        if self.db_service is None:
            self.db_service = AhenkDbService(settings.database_file())
        return self.db_service

    def set_sb_service(self, db_service):
        self.db_service = db_service

    def get_registration(self):
        """The registration; None in init mode."""
        if current.in_init_mode():
            return None
        if self.registration is None:
            from base.registration.registration import Registration
            self.registration = Registration()
        return self.registration

    def set_registration(self, registration):
        self.registration = registration

    def get_messenger(self):
        """Sends messages to Lider; None in init mode."""
        return None if current.in_init_mode() else self.messenger

    def set_messenger(self, messenger):
        self.messenger = messenger

    def get_task_manager(self):
        """None in init mode."""
        return None if current.in_init_mode() else self.task_manager

    def set_task_manager(self, task_manager):
        self.task_manager = task_manager

    def get_scheduler(self):
        """None in init mode."""
        return None if current.in_init_mode() else self.scheduler

    def set_scheduler(self, scheduler):
        self.scheduler = scheduler

    def get_execution_manager(self):
        """None in init mode."""
        return None if current.in_init_mode() else self.execution_manager

    def set_execution_manager(self, execution_manager):
        self.execution_manager = execution_manager

    def get_logger(self):
        """The logger."""
        return self.logger

    def set_logger(self, logger):
        self.logger = logger

    def get_message_manager(self):
        """Makes messages for Lider."""
        return self.message_manager

    def set_message_manager(self, message_manager):
        self.message_manager = message_manager

    def get_plugin_manager(self):
        """Queues tasks."""
        return self.plugin_manager

    def set_plugin_manager(self, plugin_manager):
        self.plugin_manager = plugin_manager

    def get_event_manager(self):
        """Events within this process."""
        return self.event_manager

    def set_event_manager(self, event_manager):
        self.event_manager = event_manager

    def get_response_queue(self):
        """A queue within this process."""
        return self.response_queue

    def set_response_queue(self, response_queue):
        self.response_queue = response_queue

    def get_custom_map(self):
        """What plugins keep for one another's calls."""
        return self.custom_map

    def set_custom_map(self, custom_map):
        self.custom_map = custom_map

    def put_custom_map(self, name, value):
        """Keeps a value."""
        self.custom_map[name] = value

    def get_custom_param(self, name):
        """A value that was kept; raises KeyError when there is none."""
        return self.custom_map[name]
