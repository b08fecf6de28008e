import os

from base.plugin.abstract_plugin import AbstractPlugin


class LongWork(AbstractPlugin):
    """Notes which task it works on, and is ended in the midst of it."""

    def __init__(self, task, context):
        super(LongWork, self).__init__()
        self.task = task
        self.context = context

    def handle_task(self):
        self.write_file(self.task['note'], str(self.context.get('task_id')))
        if self.task.get('die'):
            os._exit(9)
        self.context.create_response(code=self.get_message_code().TASK_PROCESSED.value, message='Done')


def handle_task(task, context):
    LongWork(task, context).handle_task()
