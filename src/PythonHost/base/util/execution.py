"""Commands."""
import shlex
import subprocess
import threading


def execute(command, stdin=None, env=None, cwd=None, shell=True, result=True, as_user=None, ip=None, detach=False):
    """
    Runs a command and returns (exit code, standard output, standard error); text is UTF-8 with replacement characters.

    result=False does not wait and returns (None, None, None). detach=True starts it in a session of its own, where the plugin's end does
    not reach it, and returns (0, "", ""). What cannot be started is (1, "Could not execute command: ...", "").
    """
    try:
        if ip or as_user:
            command, shell = _elsewhere(command, as_user, ip), False
        text = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
        given = isinstance(text, (bytes, bytearray))
        options = {
            "env": env, "cwd": cwd, "shell": shell,
            "stdin": subprocess.PIPE if given else (subprocess.DEVNULL if stdin is None else stdin),
        }
        wanted = subprocess.PIPE if result and not detach else subprocess.DEVNULL
        process = subprocess.Popen(command, stdout=wanted, stderr=wanted, start_new_session=bool(detach), **options)
        if detach or not result:
            # Somebody has to feed it and to take its exit code, or it stays a zombie.
            threading.Thread(target=process.communicate, args=(text if given else None,), daemon=True).start()
            return (0, "", "") if detach else (None, None, None)
        output, error = process.communicate(text if given else None)
        return process.returncode, output.decode("utf-8", "replace"), error.decode("utf-8", "replace")
    except Exception as problem:
        return 1, "Could not execute command: %s. Error Message: %s" % (_shown(command), problem), ""


def run(*arguments, stdin=None, env=None):
    """Runs a program without a shell, as execute does."""
    return execute([str(argument) for argument in arguments], stdin=stdin, env=env, shell=False)


def output_lines(*arguments):
    """The lines that a program prints; none when it fails or is not there."""
    code, output, _ = run(*arguments)
    return output.splitlines() if code == 0 else []


def _elsewhere(command, user, ip):
    """The words that run a shell text on another machine or as another user; the text goes through one shell only, the other's."""
    text = command if isinstance(command, str) else shlex.join(str(word) for word in command)
    if user:
        if str(user).startswith("-"):
            raise ValueError("'%s' is no user's name" % user)
        words = ["su", "-", str(user), "-c", text]
        if not ip:
            return words
        text = shlex.join(words)
    return ["ssh", "-o", "BatchMode=yes", "root@" + str(ip), text]


def _shown(command):
    text = command if isinstance(command, str) else " ".join(str(word) for word in command)
    return text if len(text) <= 200 else text[:200] + " ..."


class Execution:
    """Commands, as methods of Util."""

    execute = staticmethod(execute)

    @staticmethod
    def execute_script(script_path, parameters=None):
        """Runs a script and returns its exit code, which is 0: everything else is raised."""
        return subprocess.check_call([script_path, *(str(parameter) for parameter in parameters or ())], stdin=subprocess.DEVNULL)

    @staticmethod
    def scopy_from_remote(source_path, destination_path, ip):
        """Copies a file or folder from another machine."""
        return run("scp", "-o", "BatchMode=yes", "-r", "root@%s:%s" % (ip, source_path), destination_path)
