"""Messages to Lider."""
from base.host import daemon


class Messenger:
    """Sends through the daemon, which knows the connection."""

    def send_direct_message(self, message):
        """Sends a JSON text of any message type. Raises DaemonError when the daemon does not take it."""
        daemon.request("send_message", body=message)
