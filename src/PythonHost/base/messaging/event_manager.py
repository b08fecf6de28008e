"""Events within a plugin's process."""


class EventManager:
    """Calls those who registered for an event."""

    def __init__(self):
        self._listeners = {}

    def register_event(self, event_name, callback):
        """The last one who registers for an event gets it."""
        self._listeners[event_name] = callback

    def fire_event(self, event_name, *arguments):
        """Calls the one who registered, if there is one."""
        if event_name in self._listeners:
            self._listeners[event_name](*arguments)
