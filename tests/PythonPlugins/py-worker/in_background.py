import threading

from base.plugin.abstract_plugin import AbstractPlugin
from base.scope import Scope


class InBackground(AbstractPlugin):
    def __init__(self, task, context):
        super(InBackground, self).__init__()
        self.path = task['waitFor']
        self.context = context

    def handle_task(self):
        threading.Thread(target=self.work, daemon=True).start()
        self.context.create_response(code=self.get_message_code().TASK_PROCESSED.value, message='Started')

    def work(self):
        # A pipe: opening it waits for the other side.
        text = self.read_file(self.path)
        Scope.get_instance().get_messenger().send_direct_message('{"type":"SCRIPT_RESULT","text":"' + text + '"}')
        self.logger.info('The thread read ' + text)


def handle_task(task, context):
    InBackground(task, context).handle_task()
