# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A small storm: eight exams, one of them replaced, one taken back, one cancelled, one shown to others; two kills, a DMP that loses its
answers, a PACS that goes away. ``./drimm soak tempete``: the large one.
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from banc.dmp.etat import Etat
from banc.soak.tempete.bilan import ETATS, POINTEURS, REFUSES, Pointeur, faults, refused_faults, states_faults
from banc.soak.tempete.charge import Ris, make_exams, write_images
from banc.soak.tempete.sorts import MELANGE
from tests.drimbox_env import Environment
from tests.drimbox_world import Monde, until

SETTLED = "SELECT count(*) FROM pointeur_examen WHERE state IN ('depose', 'retire')"
LEFT = """
    SELECT (SELECT count(*) FROM reception_message WHERE state = 'recu')
         + (SELECT count(*) FROM depot_dmp_envoi WHERE state IN ('a_envoyer', 'attente_dmp'))
"""


class Processes:
    """The two processes of the source, killed and started again at will."""

    def __init__(self, drimbox: Environment) -> None:
        self._drimbox = drimbox
        self._running: dict[str, subprocess.Popen[bytes]] = {name: drimbox.start(name) for name in ("reception", "ouvrier")}

    def kill(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].wait(20)
        self._running[name] = self._drimbox.start(name)

    def stop(self) -> None:
        for child in self._running.values():
            child.send_signal(signal.SIGTERM)
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(30)
            child.kill()


@contextmanager
def running(drimbox: Environment) -> Iterator[Processes]:
    processes = Processes(drimbox)
    try:
        yield processes
    finally:
        processes.stop()


def test_eight_exams_cross_a_storm_without_loss_double_disorder_nor_mixing(monde: Monde) -> None:
    drimbox, exams = monde.drimbox, make_exams(8, MELANGE)  # two of the four changes are sent at once, two when all the rest was sent
    write_images(monde.folder / "tempete", exams)
    ris = Ris(drimbox.ports["reception"])
    sender = threading.Thread(target=ris.send_all, args=(exams,), name="ris")
    with running(drimbox) as processes, monde.pacs("pacs2"):
        monde.dmp.etat = Etat.PERTE
        with monde.pacs(images=monde.folder / "tempete"):
            sender.start()
            until(lambda: ris.acknowledged, "a first message kept, others on their way", 90)
            processes.kill("reception")
            until(lambda: monde.registered, "a first deposit whose answer is lost", 90)
            processes.kill("ouvrier")
            monde.dmp.etat = Etat.NORMAL
        with monde.pacs(images=monde.folder / "tempete"):
            sender.join(120)
            until(lambda: drimbox.sql(LEFT) == [(0,)] and drimbox.sql(SETTLED) == [(len(exams),)], "the calm", 150)
    assert faults(exams, monde.dmp.store, tuple(Pointeur(*row) for row in drimbox.sql(POINTEURS))) == []
    assert states_faults(exams, dict(drimbox.sql(ETATS))) == []
    assert refused_faults(exams, {study for (study,) in drimbox.sql(REFUSES)}) == []
    assert drimbox.sql("SELECT count(*) FROM reception_message WHERE state <> 'lu'") == [(0,)]
    assert ris.acknowledged == sum(exam.count for exam in exams)
