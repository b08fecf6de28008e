def info():
    inf = dict()
    inf['name'] = 'py-trouble'
    inf['version'] = '1.0.0'
    inf['support'] = 'debian'
    inf['description'] = 'Everything that can go wrong'
    inf['task'] = True
    inf['user_oriented'] = True
    inf['machine_oriented'] = True
    inf['developer'] = 'LiderAhenk'

    return inf
