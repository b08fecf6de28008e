class Line(object):
    def __init__(self, text):
        self.fields = text.split()
