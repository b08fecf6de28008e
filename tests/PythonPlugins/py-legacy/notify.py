from base.plugin.abstract_plugin import AbstractPlugin


class Notify(AbstractPlugin):
    def __init__(self, task, context):
        super(AbstractPlugin, self).__init__()
        self.task = task
        self.context = context
        self.message_code = self.get_message_code()

    def handle_task(self):
        # A member reached through another member, as one old plugin has it.
        self.context.create_response(code=self.message_code.TASK_PROCESSED.TASK_ERROR.value, message='Through another member')


def handle_task(task, context):
    Notify(task, context).handle_task()
