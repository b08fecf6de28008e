"""Files."""
import hashlib
import os
import pwd
import shutil
import stat

from base.util.execution import run


def _open(path, mode):
    return open(path, mode) if "b" in mode else open(path, mode, encoding="utf-8")


class Files:
    """Files, as methods of Util. What fails is raised unless it says otherwise."""

    @staticmethod
    def is_exist(full_path):
        """Whether something is there."""
        return os.path.exists(full_path)

    @staticmethod
    def create_file(full_path):
        """Makes an empty file: True, or None when it is there already."""
        try:
            with open(full_path, "x", encoding="utf-8"):
                return True
        except FileExistsError:
            return None

    @staticmethod
    def create_directory(full_path):
        """Makes a folder and those above it; one that is there is an error."""
        os.makedirs(full_path)

    @staticmethod
    def delete_file(full_path):
        """Deletes a file; one that is not there is none."""
        try:
            os.remove(full_path)
        except FileNotFoundError:
            pass

    @staticmethod
    def delete_folder(full_path):
        """Deletes a folder with all that is in it."""
        shutil.rmtree(full_path)

    @staticmethod
    def rename_file(old_full_path, new_full_path):
        """Renames."""
        os.rename(old_full_path, new_full_path)

    @staticmethod
    def copy_file(source_path, destination_path):
        """Copies a file with its mode and times."""
        shutil.copy2(source_path, destination_path)

    @staticmethod
    def move(source_path, destination_path):
        """Moves, across file systems too."""
        shutil.move(source_path, destination_path)

    @staticmethod
    def link_path(source_path, destination_path):
        """Makes a symbolic link."""
        os.symlink(source_path, destination_path)

    @staticmethod
    def read_file(full_path, mode="r"):
        """What is in a file; None when it cannot be read, or is no UTF-8."""
        try:
            with _open(full_path, mode) as file:
                return file.read()
        except (OSError, ValueError):
            return None

    @staticmethod
    def read_file_by_line(full_path, mode="r"):
        """A file's lines, each with its end."""
        with _open(full_path, mode) as file:
            return file.readlines()

    @staticmethod
    def write_file(full_path, content, mode="w+"):
        """Writes a file."""
        with _open(full_path, mode) as file:
            file.write(content)

    @staticmethod
    def get_size(full_path):
        """A file's bytes."""
        return os.path.getsize(full_path)

    @staticmethod
    def get_md5_file(file_path):
        """A file's MD5 in hexadecimal digits."""
        digest = hashlib.new("md5", usedforsecurity=False)
        with open(file_path, "rb") as file:
            for block in iter(lambda: file.read(1024 * 1024), b""):
                digest.update(block)
        return digest.hexdigest()

    @staticmethod
    def get_md5_text(text):
        """A text's MD5 in hexadecimal digits."""
        return hashlib.new("md5", text.encode("utf-8"), usedforsecurity=False).hexdigest()

    @staticmethod
    def make_executable(full_path):
        """Lets the owner execute a file."""
        os.chmod(full_path, stat.S_IMODE(os.stat(full_path).st_mode) | stat.S_IXUSR)

    @staticmethod
    def set_permission(full_path, permission_code):
        """chmod with all that is below; the code is 755, '755' or 'u+x'."""
        run("chmod", "-R", "--", permission_code, full_path)

    @staticmethod
    def change_owner(full_path, user_name=None, group_name=None):
        """Changes owner and group."""
        shutil.chown(full_path, user_name, group_name)

    @staticmethod
    def file_owner(full_path):
        """The owner's name."""
        return pwd.getpwuid(os.stat(full_path).st_uid).pw_name

    @staticmethod
    def file_group(full_path):
        """The group's number."""
        return os.stat(full_path).st_gid

    @staticmethod
    def get_executable_path(file_name):
        """Where a program is; None when it is nowhere."""
        return shutil.which(file_name)
