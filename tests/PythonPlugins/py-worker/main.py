def info():
    inf = dict()
    inf['name'] = 'py-worker'
    inf['version'] = '1.0.0'
    inf['support'] = 'debian'
    inf['description'] = 'Progress, threads, tasks that go on later'
    inf['task'] = True
    inf['user_oriented'] = True
    inf['machine_oriented'] = True
    inf['developer'] = 'LiderAhenk'

    return inf
