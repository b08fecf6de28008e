def info():
    inf = dict()
    inf['name'] = 'py-greeter'
    inf['version'] = '1.0.0'
    inf['support'] = 'debian'
    inf['description'] = 'A task, a policy and every mode'
    inf['task'] = True
    inf['user_oriented'] = True
    inf['machine_oriented'] = True
    inf['developer'] = 'LiderAhenk'

    return inf
