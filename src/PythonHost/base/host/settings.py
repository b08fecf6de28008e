"""What the daemon tells this process about the machine it serves.

Scripts of plugins import `base` outside the host too (from cron, for one), so every value has a default.
"""
import os

config_file = os.environ.get("AHENK_CONFIG_FILE") or "/etc/ahenk/ahenk.conf"
plugins_directory = os.path.join(os.environ.get("AHENK_PLUGINS_DIR") or "/usr/share/ahenk/plugins", "")
plugin_name = os.environ.get("AHENK_PLUGIN_NAME") or ""
agent_version = os.environ.get("AHENK_VERSION") or None

# None outside the host: then nothing is stored.
state_directory = os.environ.get("AHENK_STATE_DIR") or None


def database_file():
    """The file of the old agent's tables, or None where there is no host."""
    return os.path.join(state_directory, "ahenk.db") if state_directory else None
