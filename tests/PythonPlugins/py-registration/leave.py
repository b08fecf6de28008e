from base.plugin.abstract_plugin import AbstractPlugin
from base.registration.registration import Registration


def handle_task(task, context):
    plugin = AbstractPlugin()
    Registration().purge_and_unregister(task['directory_server'])
    context.create_response(code=plugin.get_message_code().TASK_PROCESSED.value, message='Left')
