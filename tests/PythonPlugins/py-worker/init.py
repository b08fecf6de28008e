from base.model.plugin_bean import PluginBean
from base.model.task_bean import TaskBean
from base.plugin.abstract_plugin import AbstractPlugin
from base.scope import Scope


class Init(AbstractPlugin):
    """Goes on with the task that was not finished: its number is in a note beside the plugins."""

    def __init__(self, context):
        super(Init, self).__init__()
        self.note = self.Ahenk.plugins_path() + 'unfinished'

    def handle_mode(self):
        scope = Scope().get_instance()
        missing = [getter() is None for getter in (scope.get_messenger, scope.get_scheduler, scope.get_task_manager,
                                                   scope.get_registration, scope.get_execution_manager)]
        self.logger.info('In init mode {0} of 5 are None'.format(sum(missing)))
        if not self.is_exist(self.note):
            return
        rows = self.db_service.select('task', self.db_service.get_cols('task'), 'id={0}'.format(self.read_file(self.note)))
        for row in rows:
            plugin = self.db_service.select('plugin', '*', 'id={0}'.format(row[6]))[0]
            bean = PluginBean(p_id=plugin[0], active=plugin[1], deleted=plugin[3], name=plugin[7], version=plugin[10])
            task = TaskBean(row[0], row[1], row[2], row[3], row[4], row[5], bean, row[7], row[8])
            scope.get_plugin_manager().process_task(task)
        self.delete_file(self.note)


def handle_mode(context):
    Init(context).handle_mode()
