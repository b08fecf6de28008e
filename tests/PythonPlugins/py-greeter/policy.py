import json

from base.plugin.abstract_plugin import AbstractPlugin


class Greeting(AbstractPlugin):
    def __init__(self, profile_data, context):
        super(Greeting, self).__init__()
        self.data = json.loads(profile_data)
        self.context = context
        self.message_code = self.get_message_code()

    def handle_policy(self):
        username = self.context.get('username')
        path = self.data['folder'] + '/greeting-' + (username or 'machine')
        self.write_file(path, self.data['text'])
        self.make_executable(path)
        self.context.create_response(self.message_code.POLICY_PROCESSED.value, 'Greeting of {0} is set'.format(username))


def handle_policy(profile_data, context):
    plugin = Greeting(profile_data, context)
    plugin.handle_policy()
