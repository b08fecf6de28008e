"""Plain values with the get_ and set_ methods of the old agent."""


def with_accessors(*names):
    """Adds get_NAME and set_NAME for each attribute."""
    def decorate(cls):
        for name in names:
            setattr(cls, "get_" + name, _getter(name))
            setattr(cls, "set_" + name, _setter(name))
        return cls
    return decorate


def _getter(name):
    def get(self):
        return getattr(self, name)
    return get


def _setter(name):
    def set_value(self, value):
        setattr(self, name, value)
    return set_value
