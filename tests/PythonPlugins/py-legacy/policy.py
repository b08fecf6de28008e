import json

from base.plugin.abstract_plugin import AbstractPlugin


class Quota(AbstractPlugin):
    def __init__(self, data, context):
        super(Quota, self).__init__()
        self.data = json.loads(data)
        self.context = context
        self.message_code = self.get_message_code()

    def handle_policy(self):
        result = {}
        if self.context.is_mail_send():
            content = str(self.context.get_mail_content())
            content = content.replace('{quota}', str(self.data['quota']))
            self.context.set_mail_content(content)
            result['mail_content'] = str(self.context.get_mail_content())
            result['mail_subject'] = str(self.context.get_mail_subject())
            result['mail_send'] = self.context.is_mail_send()
        self.context.create_response(code=self.message_code.POLICY_PROCESSED.value, message='Quota of ' + str(self.context.get_username()),
                                     data=json.dumps(result), content_type=self.get_content_type().APPLICATION_JSON.value)


def handle_policy(profile_data, context):
    Quota(profile_data, context).handle_policy()
