from base.plugin.abstract_plugin import AbstractPlugin


def handle_task(task, context):
    plugin = AbstractPlugin()
    plugin.logger.info('Nothing changed')
    context.create_response(code=None, message='Nothing changed')
