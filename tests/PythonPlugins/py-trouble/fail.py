import ctypes
import os
import sys
import threading


class Unshowable(Exception):
    def __str__(self):
        raise ValueError('not even this')


def deeper(depth):
    return deeper(depth + 1) + 1


def handle_task(task, context):
    how = task['how']
    if how == 'exception':
        raise ValueError('It went wrong:\nfor two reasons')
    if how == 'key':
        task['not there']
    if how == 'exit':
        sys.exit(3)
    if how == 'interrupt':
        raise KeyboardInterrupt()
    if how == 'recursion':
        deeper(0)
    if how == 'memory':
        bytearray(1 << 62)
    if how == 'unshowable':
        raise Unshowable()
    if how == 'thread-exception':
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), ctypes.py_object(SystemExit))
        while True:
            pass
    if how == 'signal':
        os.kill(os.getpid(), 2)
    if how == 'low-descriptors':
        os.closerange(3, 256)
    if how == 'all-descriptors':
        os.closerange(3, 65536)
    if how == 'standard-output':
        sys.stdout.close()
        os.close(1)
    if how == 'fork' and os.fork() == 0:
        return
    if how == 'fork-and-stay' and os.fork() == 0:
        null = os.open('/dev/null', os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        # A pipe: opening it waits until the test lets go.
        open(task['held']).close()
        os._exit(0)
    if how == 'die':
        os._exit(4)
    if how == 'change-directory':
        os.chdir('/tmp')
        sys.stdout = None
    if how == 'too-long':
        context.create_response('TASK_PROCESSED', 'long', 'x' * (17 * 1024 * 1024))
        return
    if how == 'strange-answer':
        context.create_response('TASK_PROCESSED', 'half \ud83d', {'Result': {1}}, 7)
        return
    if how == 'no-answer':
        return
    context.create_response('TASK_PROCESSED', 'Survived ' + how)
