"""Where very old plugins looked for System."""
from base.system.system import System

__all__ = ["System"]
