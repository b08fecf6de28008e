"""Types of scripts."""
from enum import Enum


class ScriptType(Enum):
    """Every value is its member's name."""

    BASH = "BASH"
    PYTHON = "PYTHON"
    PERL = "PERL"
    RUBY = "RUBY"
