def info():
    inf = dict()
    inf['name'] = 'py-files'
    inf['version'] = '1.0.0'
    inf['support'] = 'debian'
    inf['description'] = 'Files to and from the server'
    inf['task'] = True
    inf['user_oriented'] = True
    inf['machine_oriented'] = True
    inf['developer'] = 'LiderAhenk'

    return inf
