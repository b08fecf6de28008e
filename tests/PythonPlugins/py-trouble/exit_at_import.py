import sys

try:
    import a_module_that_nobody_has
except ImportError:
    print('The module is needed')
    sys.exit('The module a_module_that_nobody_has is needed')


def handle_task(task, context):
    pass
