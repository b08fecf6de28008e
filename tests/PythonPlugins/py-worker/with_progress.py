import json

from base.model.enum.message_code import MessageCode
from base.model.enum.message_type import MessageType
from base.model.response import Response
from base.plugin.abstract_plugin import AbstractPlugin
from base.scope import Scope


class WithProgress(AbstractPlugin):
    def __init__(self, task, context):
        super(WithProgress, self).__init__()
        self.task = task
        self.context = context
        scope = Scope().get_instance()
        self.messenger = scope.get_messenger()
        self.message_manager = scope.get_message_manager()

    def handle_task(self):
        for step in range(1, self.task['steps'] + 1):
            response = Response(type=MessageType.TASK_STATUS.value, id=self.context.get('task_id'),
                                code=MessageCode.TASK_PROCESSING.value, message='Step {0}'.format(step),
                                data=json.dumps({'step': step}), content_type=self.get_content_type().APPLICATION_JSON.value)
            self.messenger.send_direct_message(self.message_manager.task_status_msg(response))
        self.context.create_response(code=MessageCode.TASK_PROCESSED.value, message='All steps done')


def handle_task(task, context):
    WithProgress(task, context).handle_task()
