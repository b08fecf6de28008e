import json

from base.plugin.abstract_plugin import AbstractPlugin


class Needs(AbstractPlugin):
    def __init__(self, profile_data, context):
        super(Needs, self).__init__()
        self.value = json.loads(profile_data)['needed']


def handle_policy(profile_data, context):
    Needs(profile_data, context)
