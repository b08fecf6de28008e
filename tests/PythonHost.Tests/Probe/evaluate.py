"""Runs what a test sends, with a plugin's `self` and `context` at hand, and answers with the value of the last expression."""
import importlib
import json
import os
import sys

from base.model.enum.content_type import ContentType
from base.model.enum.desktop_type import DesktopType, DisplayManagerUser
from base.model.enum.message_code import MessageCode
from base.model.enum.message_type import MessageType
from base.model.enum.script_type import ScriptType
from base.plugin.abstract_plugin import AbstractPlugin
from base.scope import Scope
from base.system.disk_info import DiskInfo
from base.system.system import System
from base.util.apt_helper import AptHelper
from base.util.display_helper import DisplayHelper, DisplayServerType
from base.util.util import Util


def imported(module, name):
    """Whether a plugin can import this class from this module."""
    return isinstance(getattr(importlib.import_module(module), name), type)


def raises(function, *arguments):
    """The name of what a call raises, or None."""
    try:
        function(*arguments)
    except BaseException as caught:
        return type(caught).__name__
    return None


def calls(function):
    """What the machine's fake programs were called with while the function ran."""
    path = os.environ["FAKE_CALLS"]
    if os.path.exists(path):
        os.remove(path)
    function()
    return open(path).read().splitlines() if os.path.exists(path) else []


def call_of(program, function):
    """How a program was called that nobody waits for, since the function ran."""
    calls(function)
    while True:
        for line in open(os.environ["FAKE_CALLS"]).read().splitlines() if os.path.exists(os.environ["FAKE_CALLS"]) else []:
            if line.startswith(program + "|"):
                return line


class Probe(AbstractPlugin):
    def __init__(self, task, context):
        super(Probe, self).__init__()
        self.task = task
        self.context = context

    def handle_task(self):
        names = dict(globals(), self=self, context=self.context, folder=os.environ["AHENK_STATE_DIR"] + "/work")
        os.makedirs(names["folder"], exist_ok=True)
        exec(self.task.get("do") or "", names)
        value = eval(self.task["value"], names)
        data = json.dumps({"value": value}, default=repr)
        self.context.create_response(self.get_message_code().TASK_PROCESSED.value, None, data, ContentType.APPLICATION_JSON.value)


def handle_task(task, context):
    Probe(task, context).handle_task()
