import json

from base.plugin.abstract_plugin import AbstractPlugin
from base.scope import Scope


class Rename(AbstractPlugin):
    def __init__(self, task, context):
        super(Rename, self).__init__()
        self.task = task
        self.context = context
        self.scope = Scope().get_instance()
        self.conf_manager = self.scope.get_configuration_manager()

    def handle_task(self):
        dn = self.Ahenk.dn().replace('cn=' + self.task['old_cn'], 'cn=' + self.task['new_cn'], 1)
        self.db_service.update('registration', ['jid', 'dn'], [self.task['new_cn'], dn], 'registered = 1')
        if self.conf_manager.has_section('CONNECTION'):
            self.conf_manager.set('CONNECTION', 'uid', self.task['new_cn'])
            with open(self.Ahenk.config_path(), 'w') as configfile:
                self.conf_manager.write(configfile)
        self.context.create_response(code=self.get_message_code().TASK_PROCESSED.value, message='Renamed',
                                     data=json.dumps({'Dn': self.Ahenk.dn()}),
                                     content_type=self.get_content_type().APPLICATION_JSON.value)


def handle_task(task, context):
    Rename(task, context).handle_task()
