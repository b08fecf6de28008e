"""Where the old agent made its messages."""
from base.messaging.message_manager import MessageManager

Messaging = MessageManager

__all__ = ["MessageManager", "Messaging"]
