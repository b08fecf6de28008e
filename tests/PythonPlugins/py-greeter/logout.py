from base.plugin.abstract_plugin import AbstractPlugin


class Undo(AbstractPlugin):
    def __init__(self, context):
        super(Undo, self).__init__()
        self.username = context.get_username()

    def handle_mode(self):
        folder = self.Ahenk.plugins_path() + 'greetings'
        self.logger.info('logout of ' + str(self.username))
        if 'username' in self.__dict__ and self.is_exist(folder):
            self.delete_file(folder + '/greeting-' + self.username)


def handle_mode(context):
    mode = Undo(context)
    mode.handle_mode()
