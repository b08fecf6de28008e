def handle_task(task, context)
    pass
