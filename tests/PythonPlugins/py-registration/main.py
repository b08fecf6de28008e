def info():
    inf = dict()
    inf['name'] = 'py-registration'
    inf['version'] = '1.0.0'
    inf['support'] = 'debian'
    inf['description'] = 'The life of the agent itself'
    inf['task'] = True
    inf['user_oriented'] = True
    inf['machine_oriented'] = True
    inf['developer'] = 'LiderAhenk'

    return inf
