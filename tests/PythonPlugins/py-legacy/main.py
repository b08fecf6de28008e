def info():
    print('This plugin takes any version')
    return None
