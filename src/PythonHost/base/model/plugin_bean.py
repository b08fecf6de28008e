"""The plugin of a task."""
from base.model.accessors import with_accessors

_WIRE = {
    "id": "id", "active": "active", "create_date": "createDate", "deleted": "deleted", "description": "description",
    "machine_oriented": "machineOriented", "modify_date": "modifyDate", "name": "name", "policy_plugin": "policyPlugin",
    "task_plugin": "taskPlugin", "user_oriented": "userOriented", "version": "version", "x_based": "xBased",
}


@with_accessors(*_WIRE)
class PluginBean:
    """A row of the table `plugin`."""

    def __init__(
            self, p_id=None, active=None, create_date=None, deleted=None, description=None, machine_oriented=None, modify_date=None,
            name=None, policy_plugin=None, task_plugin=None, user_oriented=None, version=None, x_based=None):
        self.id = p_id
        self.active = active
        self.create_date = create_date
        self.deleted = deleted
        self.description = description
        self.machine_oriented = machine_oriented
        self.modify_date = modify_date
        self.name = name
        self.policy_plugin = policy_plugin
        self.task_plugin = task_plugin
        self.user_oriented = user_oriented
        self.version = version
        self.x_based = x_based

    def to_wire(self):
        """As Lider writes it."""
        return {wire: getattr(self, name) for name, wire in _WIRE.items()}
