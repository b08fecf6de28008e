"""What a handler is given besides its data, and where it leaves its answer."""
from base.host import daemon


class Context:
    """One call's context. The last create_response counts."""

    def __init__(self, scope=None):
        self.scope = scope
        self.data = {}
        self.mail_send = False
        self.mail_subject = ""
        self.mail_content = ""

    def put(self, name, value):
        """Adds or replaces a value."""
        self.data[name] = value

    def get(self, name):
        """A value; raises KeyError when there is none."""
        return self.data[name]

    def empty_data(self):
        """Forgets every value, and the answer with them."""
        self.data = {}

    def get_username(self):
        """The user of a profile or of a login, logout or safe mode; raises KeyError in everything else."""
        return self.data["username"]

    def create_response(self, code, message=None, data=None, content_type=None):
        """Sets the answer; a code of None means that none is sent."""
        self.data["responseCode"] = code
        self.data["responseMessage"] = message
        self.data["responseData"] = data
        self.data["contentType"] = content_type

    def fetch_file(self, remote_path, local_path=None, file_name=None):
        """Gets a file from the task's file server and returns its name. Raises when that fails, and where no file server was given."""
        if "protocol" not in self.data or "parameterMap" not in self.data:
            raise LookupError("the server sent no file server with this, so that %s cannot be fetched" % remote_path)
        value = daemon.request("fetch_file", remote_path=remote_path, local_path=local_path, file_name=file_name)
        return value["file_name"]

    def is_mail_send(self):
        """Whether a mail is to be sent."""
        return self.mail_send

    def set_mail_send(self, mail_send):
        """Says whether a mail is to be sent."""
        self.mail_send = mail_send

    def get_mail_subject(self):
        """The mail's subject."""
        return self.mail_subject

    def set_mail_subject(self, mail_subject):
        """Sets the mail's subject."""
        self.mail_subject = mail_subject

    def get_mail_content(self):
        """The mail's text."""
        return self.mail_content

    def set_mail_content(self, mail_content):
        """Sets the mail's text."""
        self.mail_content = mail_content
