from line import Line


class Store(object):
    lines = []

    def add(self, text):
        self.lines.append(Line(text))
        return len(self.lines)
