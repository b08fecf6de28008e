TEXT = 'There is no handle_task here'
