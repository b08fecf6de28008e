"""Where the old agent had Context."""
from base.plugin.context import Context

__all__ = ["Context"]
