#!/usr/bin/python3
# -*- coding: utf-8 -*-
import json
import os
import sys

sys.path.append(os.path.dirname(__file__))

from api.store import Store
from base.plugin.abstract_plugin import AbstractPlugin
from base.util.apt_helper import AptHelper
from base.util.util import Util
from line import Line

calls = 0


class Siblings(AbstractPlugin):
    def __init__(self, task, context):
        super(Siblings, self).__init__()
        self.context = context

    def handle_task(self):
        global calls
        calls += 1
        print('Printed by a plugin: İşte')
        self.context.create_response(code=self.get_message_code().TASK_PROCESSED.value, message='Siblings',
                                     data=json.dumps({'fields': Line('a b').fields, 'stored': Store().add('x'), 'calls': calls,
                                                      'here': os.path.basename(os.path.dirname(__file__)), 'name': __name__}),
                                     content_type=self.get_content_type().APPLICATION_JSON.value)


def handle_task(task, context):
    print('Sibling task: {0}'.format(task))
    Siblings(task, context).handle_task()
    return task
