from base.plugin.abstract_plugin import AbstractPlugin


def handle_task(task, context):
    plugin = AbstractPlugin()
    plugin.shutdown()
    context.create_response(code=plugin.get_message_code().TASK_PROCESSED.value, message='Restarting')
