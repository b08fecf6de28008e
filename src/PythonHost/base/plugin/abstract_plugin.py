"""The class that every command, policy and mode of a plugin derives from."""
from base.host import settings
from base.model.enum.content_type import ContentType
from base.model.enum.message_code import MessageCode
from base.scope import Scope
from base.system.system import System
from base.util.util import Util


class AbstractPlugin(Util, System):
    """Plugins call either `super(TheirClass, self).__init__()` or `super(AbstractPlugin, self).__init__()`; both end in System."""

    def __init__(self):
        super().__init__()
        self.scope = Scope.get_instance()

    def handle_task(self, profile_data, context):
        """For those who did not define it."""
        self.logger.error("The plugin has no handle_task of its own.")

    def get_message_code(self):
        """The enum of answer codes."""
        return MessageCode

    def get_content_type(self):
        """The enum of content types."""
        return ContentType

    def get_logger(self):
        """The logger."""
        return Scope.get_instance().get_logger()


def configuration_manager(self=None):
    """The configuration; a function of the module, not a method, since the old agent had it so."""
    return Scope.get_instance().get_configuration_manager()


def plugin_path(self=None):
    """The folder of all plugins."""
    return settings.plugins_directory
