import json

from base.plugin.abstract_plugin import AbstractPlugin


class Greet(AbstractPlugin):
    def __init__(self, data, context):
        super(AbstractPlugin, self).__init__()
        self.data = data
        self.context = context
        self.logger = self.get_logger()
        self.message_code = self.get_message_code()

    def handle_task(self):
        try:
            name = self.data.pop('name')
            self.logger.debug('Greeting ' + name)
            if self.context.is_mail_send():
                self.context.set_mail_content(self.context.get_mail_content().replace('{name}', name))
            self.context.create_response(code=self.message_code.TASK_PROCESSED.value,
                                         message='Greeted ' + name,
                                         data=json.dumps({'Result': 'Merhaba ' + name, 'task': self.context.get('taskId')}),
                                         content_type=self.get_content_type().APPLICATION_JSON.value)
        except Exception as e:
            self.logger.error(str(e))
            self.context.create_response(code=self.message_code.TASK_ERROR.value, message='Nobody to greet: ' + str(e),
                                         content_type=self.get_content_type().APPLICATION_JSON.value)


def handle_task(task, context):
    cls = Greet(task, context)
    cls.handle_task()
