"""The one thing that plugins ask of the plugin manager."""
from base.host import daemon


class PluginManager:
    """Stands for the daemon's plugin host."""

    def process_task(self, task):
        """Queues a task (a TaskBean) again. Raises DaemonError when the daemon does not take it."""
        daemon.request("process_task", task=task.to_wire())
