"""Files from the server's file server."""
from base.host import daemon


class FileTransferManager:
    """The daemon knows the file server of the running task; protocol and parameters are taken for the old agent's sake."""

    def __init__(self, protocol=None, parameter_map=None):
        self.protocol = protocol
        self.parameter_map = parameter_map

    def get_file(self, remote_path, local_path=None, file_name=None):
        """Gets a file and returns its name. Raises DaemonError when that fails."""
        return daemon.request("fetch_file", remote_path=remote_path, local_path=local_path, file_name=file_name)["file_name"]
