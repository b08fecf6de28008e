"""Speaks the host's protocol and misbehaves as each call's parameters tell it to."""
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

channel = socket.socket(fileno=3)
os.set_inheritable(3, False)
writing = threading.Lock()
release = threading.Event()
closing = threading.Event()
replies = {}
reply_came = threading.Condition()


def send(message):
    send_raw(json.dumps(message).encode() + b"\n")


def send_raw(data):
    with writing:
        channel.sendall(data)


def log(text, level="info"):
    send({"op": "log", "level": level, "message": text})


def answer(call, data=None, **fields):
    result = {"op": "result", "id": call["id"], "answered": True, "code": "TASK_PROCESSED", "message": "done", "data": None, "content_type": None}
    if data is not None:
        result.update(data=json.dumps(data), content_type="APPLICATION_JSON")
    result.update(fields)
    send(result)


def request(call, method, params):
    send({"op": "request", "id": call["id"] + 1000, "method": method, "params": params})
    with reply_came:
        reply_came.wait_for(lambda: call["id"] + 1000 in replies)
        return replies.pop(call["id"] + 1000)


def spin(call, given):
    if given.get("stubborn"):
        log("spinning")
    while True:
        pass


def flood(call, given):
    block = b"x" * 99 + b"\n"
    for _ in range(given["mib"] * 10486 // 1000):
        os.write(1, block * 1000)
    os.write(2, b"y" * 10000 + b"\n")
    answer(call)


def allocate(call, given):
    kept = []
    try:
        while True:
            kept.append(bytearray(1 << 20))
            kept[-1][::4096] = b"x" * 256
    finally:
        kept.clear()


def leave(call, given):
    if "status" in given:
        os._exit(given["status"])
    os.kill(os.getpid(), given["signal"])


def family(call, given):
    child = subprocess.Popen(["/bin/bash", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"], stdout=subprocess.PIPE)
    child.stdout.readline()
    log("child %d" % child.pid)
    spin(call, {})


def close(call, given):
    closing.set()
    channel.shutdown(socket.SHUT_RDWR)


def wait(call, given):
    log("waiting %s" % call["id"])
    release.wait()
    answer(call)


def background(call, given):
    threading.Thread(target=release.wait).start()
    answer(call, answered=False)


DEEDS = {
    "echo": lambda call, given: answer(call, {key: value for key, value in call.items() if key != "id"}),
    "result": lambda call, given: send({"op": "result", "id": call["id"], **given["result"]}),
    "where": lambda call, given: answer(call, {"pid": os.getpid(), "cwd": os.getcwd(), "argv": sys.argv[1:], "env": dict(os.environ), "flags": [sys.flags.isolated, sys.flags.dont_write_bytecode]}),
    "spin": spin,
    "flood": flood,
    "allocate": allocate,
    "leave": leave,
    "family": family,
    "raw": lambda call, given: send_raw(given["text"].encode() * given.get("times", 1)),
    "partial": lambda call, given: (send_raw(b'{"op":"result","id":'), os._exit(0)),
    "last": lambda call, given: (answer(call), os._exit(0)),
    "twice": lambda call, given: (answer(call), answer(call, message="again")),
    "stray": lambda call, given: (answer({"id": 987654}), answer(call)),
    "close": close,
    "wait": wait,
    "release": lambda call, given: (release.set(), answer(call)),
    "background": background,
    "ask": lambda call, given: answer(call, request(call, given["method"], given["params"])),
    "say": lambda call, given: (sys.stderr.write("to stderr\n"), sys.stderr.flush(), log("to log", "error"), os.write(1, b"to \x1b stdout\nunfinished"), answer(call)),
}


def run(call):
    given = call["parameters"]
    try:
        DEEDS[given.get("do", "echo")](call, given)
    except BaseException as caught:
        send({"op": "result", "id": call["id"], "error": repr(caught), "traceback": "Traceback of %r" % caught})


def main():
    if os.path.exists(os.path.join(sys.argv[1], "deaf")):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    send({"op": "ready", "python": sys.version.split()[0], "pid": os.getpid()})
    for line in channel.makefile("rb"):
        message = json.loads(line)
        if message["op"] == "exit":
            break
        if message["op"] == "call":
            threading.Thread(target=run, args=(message,), daemon=True).start()
        else:
            with reply_came:
                replies[message["id"]] = message
                reply_came.notify_all()
    if closing.is_set():
        time.sleep(1000)


main()
