"""Without any fault all holds: what the other tests find is then the fault's doing."""

import time

from tests.faults.world.town import Town


def test_f00_without_a_fault_all_holds(town: Town) -> None:
    with town.under_load():
        time.sleep(12)
