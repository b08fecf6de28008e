"""One call: from the daemon's message to the plugin's handler to the message that answers it."""
import copy
import enum
import json

from base.host import loader
from base.plugin.context import Context
from base.scope import Scope

_USER_MODES = ("login", "logout", "safe")


class _Missing(Exception):
    """The plugin has no such file, or the file has no such handler."""


def answer(folder, call):
    """Runs the call and returns the fields of its result. What the plugin raises is raised on."""
    scope = Scope.get_instance()
    store = scope.get_db_service()
    scope.reload_configuration()
    agent_rows = store.begin_call(call)
    try:
        handler, argument = _find(folder, call)
    except _Missing as missing:
        return {"error": str(missing), "traceback": "", "missing": True}
    context = _context(call, scope)
    try:
        if argument is _NO_ARGUMENT:
            handler(context)
        else:
            handler(argument, context)
    finally:
        agent_rows.report_changes()
    result = _result(context)
    if call["kind"] == "command" and _is_final(result):
        store.forget_task(call.get("task_id"))
    return result


_NO_ARGUMENT = object()


def _find(folder, call):
    kind = call["kind"]
    parameters = call.get("parameters") or {}
    if kind == "command":
        name, handler, argument = (call.get("command") or "").lower(), "handle_task", copy.deepcopy(parameters)
    elif kind == "profile":
        name, handler, argument = "policy", "handle_policy", json.dumps(parameters)
    elif kind == "mode":
        name, handler, argument = call.get("mode") or "", "handle_mode", _NO_ARGUMENT
    else:
        raise _Missing("The host does not know calls of the kind %r." % kind)
    if not loader.has_file(folder, name + ".py"):
        raise _Missing("The plugin's folder has no file %s.py." % name)
    function = getattr(loader.execute(folder, name), handler, None)
    if not callable(function):
        raise _Missing("The file %s.py has no function %s." % (name, handler))
    return function, argument


def _context(call, scope):
    context = Context(scope)
    parameters = call.get("parameters") or {}
    kind = call["kind"]
    if kind == "command":
        context.put("task_id", call.get("task_id"))
        context.put("taskId", call.get("task_id"))
        context.put("taskData", parameters)
        server = call.get("file_server")
        if server:
            context.put("protocol", server.get("protocol"))
            context.put("parameterMap", server.get("parameterMap"))
    elif kind == "profile":
        context.put("username", call.get("user"))
        context.put("policy_version", call.get("policy_version"))
        context.put("execution_id", call.get("execution_id"))
    elif call.get("mode") in _USER_MODES:
        context.put("username", call.get("user"))
    if kind != "mode":
        context.set_mail_send(_is_true(parameters.get("mailSend")))
        context.set_mail_subject(_text(parameters.get("mailSubject")) or "")
        context.set_mail_content(_text(parameters.get("mailContent")) or "")
    return context


def _result(context):
    data = context.data if isinstance(context.data, dict) else {}
    answered = "responseCode" in data
    result = {"answered": answered}
    if answered:
        result["code"] = _text(data["responseCode"])
        result["message"] = _text(data.get("responseMessage"))
        result["data"] = _json_text(data.get("responseData"))
        result["content_type"] = _text(data.get("contentType"))
    if context.is_mail_send():
        result["mail"] = {
            "send": True, "subject": _text(context.get_mail_subject()), "content": _text(context.get_mail_content()),
        }
    return result


def _is_final(result):
    return result["answered"] and result["code"] not in (None, "TASK_RECEIVED", "TASK_PROCESSING")


def _is_true(value):
    return value.strip().lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)


def _text(value):
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if value is None or isinstance(value, str) else str(value)


def _json_text(value):
    """Plugins hand over JSON text; what they forgot to turn into text is turned here."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, default=str)
