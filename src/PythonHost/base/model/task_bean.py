"""A task."""
import json

from base.model.accessors import with_accessors


@with_accessors(
    "id", "create_date", "modify_date", "command_cls_id", "parameter_map", "deleted", "plugin", "cron_str", "file_server")
class TaskBean:
    """A row of the table `task`; `parameter_map` is a dictionary or JSON text, `plugin` a PluginBean."""

    def __init__(
            self, _id=None, create_date=None, modify_date=None, command_cls_id=None, parameter_map=None, deleted=None, plugin=None,
            cron_str=None, file_server=None):
        self.id = _id
        self.create_date = create_date
        self.modify_date = modify_date
        self.command_cls_id = command_cls_id
        self.parameter_map = parameter_map
        self.deleted = deleted
        self.plugin = plugin
        self.cron_str = cron_str
        self.file_server = file_server

    def to_wire(self):
        """As Lider writes it."""
        return {
            "id": self.id,
            "createDate": self.create_date,
            "modifyDate": self.modify_date,
            "commandClsId": self.command_cls_id,
            "parameterMap": _value(self.parameter_map),
            "deleted": self.deleted,
            "plugin": self.plugin.to_wire() if hasattr(self.plugin, "to_wire") else self.plugin,
            "cronExpression": self.cron_str,
            "fileServerConf": _value(self.file_server),
        }


def _value(stored):
    return json.loads(stored) if isinstance(stored, str) and stored else stored
