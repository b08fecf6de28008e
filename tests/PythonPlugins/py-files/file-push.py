from base.plugin.abstract_plugin import AbstractPlugin


class FilePush(AbstractPlugin):
    def __init__(self, task, context):
        super(FilePush, self).__init__()
        self.task = task
        self.context = context

    def handle_task(self):
        try:
            name = self.context.fetch_file(self.task['remotePath'], local_path=self.task['localPath'], file_name=self.task['fileName'])
            self.context.create_response(code=self.get_message_code().TASK_PROCESSED.value,
                                         message='Fetched {0} with {1}'.format(name, self.context.get('protocol')))
        except Exception as e:
            self.context.create_response(code=self.get_message_code().TASK_ERROR.value, message='Not fetched: ' + str(e))


def handle_task(task, context):
    FilePush(task, context).handle_task()
