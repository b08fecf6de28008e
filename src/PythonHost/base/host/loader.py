"""Executes a plugin's files afresh for every call, so that an edit takes effect at once."""
import importlib.machinery
import importlib.util
import os


class _FreshLoader(importlib.machinery.SourceFileLoader):
    """Compiles the file each time: a cached compilation is as old as its second."""

    def get_code(self, fullname):
        return self.source_to_code(self.get_data(self.path), self.path)


def has_file(folder, name):
    """Whether the folder itself holds a file of exactly this name."""
    return name in os.listdir(folder) and os.path.isfile(os.path.join(folder, name))


def execute(folder, name):
    """Executes NAME.py of the folder and returns the module; sys.modules does not learn of it."""
    path = os.path.join(folder, name + ".py")
    spec = importlib.util.spec_from_file_location(name, path, loader=_FreshLoader(name, path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
