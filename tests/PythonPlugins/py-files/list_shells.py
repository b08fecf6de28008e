import json

from base.model.enum.content_type import ContentType
from base.plugin.abstract_plugin import AbstractPlugin


class ListShells(AbstractPlugin):
    def __init__(self, task, context):
        super(ListShells, self).__init__()
        self.context = context
        self.file_path = self.Ahenk.received_dir_path() + self.generate_uuid()

    def handle_task(self):
        self.execute('printf "%s" "$LINES_OF_FILE" > ' + self.file_path, env={'LINES_OF_FILE': '/bin/sh\n/bin/bash\n'})
        md5sum = self.get_md5_file(self.file_path)
        self.rename_file(self.file_path, self.Ahenk.received_dir_path() + '/' + md5sum)
        self.context.create_response(code=self.get_message_code().TASK_PROCESSED.value, message='The shells',
                                     data=json.dumps({'md5': md5sum}), content_type=ContentType.TEXT_PLAIN.value)


def handle_task(task, context):
    ListShells(task, context).handle_task()
