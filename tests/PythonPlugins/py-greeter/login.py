from base.plugin.abstract_plugin import AbstractPlugin


class Mode(AbstractPlugin):
    def __init__(self, context):
        super(Mode, self).__init__()
        self.context = context

    def handle_mode(self):
        user = self.context.get_username() if 'username' in self.context.data else 'nobody'
        self.logger.info('login of ' + user)


def handle_mode(context):
    Mode(context).handle_mode()
