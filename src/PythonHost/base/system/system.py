"""What plugins inherit to look at the machine."""
from base.scope import Scope
from base.system.ahenk_facts import Ahenk
from base.system.hardware import BIOS, Hardware
from base.system.os_facts import Os
from base.system.process import Process
from base.system.sessions import Sessions


class System:
    """Its parts are classes of static methods."""

    Ahenk = Ahenk
    BIOS = BIOS
    Hardware = Hardware
    Os = Os
    Process = Process
    Sessions = Sessions

    def __init__(self):
        scope = Scope.get_instance()
        self.db_service = scope.get_db_service()
        self.logger = scope.get_logger()
