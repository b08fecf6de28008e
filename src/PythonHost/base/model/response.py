"""An answer that a plugin sends itself."""
from base.model.accessors import with_accessors


@with_accessors("type", "id", "code", "message", "data", "content_type", "execution_id", "policy_version")
class Response:
    """`data` is JSON text."""

    def __init__(self, type=None, id=None, code=None, message=None, data=None, content_type=None, execution_id=None, policy_version=None):
        self.type = type
        self.id = id
        self.code = code
        self.message = message
        self.data = data
        self.content_type = content_type
        self.execution_id = execution_id
        self.policy_version = policy_version
