import fileinput
import sys

from base.plugin.abstract_plugin import AbstractPlugin


def handle_task(task, context):
    plugin = AbstractPlugin()
    for line in fileinput.input(task['path'], inplace=True):
        sys.stdout.write(line.replace('old', 'new'))
        if task.get('fail'):
            raise ValueError('in the midst of rewriting')
    context.create_response(plugin.get_message_code().TASK_PROCESSED.value, plugin.read_file(task['path']))
