def handle_task(task, context):
    context.create_response('TASK_PROCESSED', 'A command that has the name of a mode')
