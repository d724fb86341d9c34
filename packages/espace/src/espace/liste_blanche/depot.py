# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``depot``: it keeps the git repository of what is published, and pushes it.

Who goes out does not sign: this process has a role that only reads, no key of the list, and nobody waits for it. Without a repository in
the settings it has nothing to do, and waits for its end.
"""

from __future__ import annotations

import time
from functools import partial

from django.utils import timezone

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.transparence.tete import FILE_NAME
from espace.alarmes.actions import raise_alarm, settle
from espace.config import EspaceSettings, Git, ListeBlanche
from espace.database import Connection
from espace.ecoute import Boucle, alone
from espace.liste_blanche import queries
from espace.liste_blanche.depot_git import DepotGit, Envoi
from espace.liste_blanche.errors import DepotEtranger, DepotGitError, DistantInjoignable, PousseeRefusee
from espace.liste_blanche.fichier import NAME
from espace.liste_blanche.reveil import DEPOT
from espace.tete import queries as tetes
from espace.tete.crls import copies

log = get_logger("depot")
_LOCK = 0x4445504F
_POUSSEE = "poussée"
"""What the alarms of a push are about: a commit that succeeds closes none of them."""


class Archiviste:
    """Commits what is published and not yet committed, then pushes.

    Args:
        settings: the table ``[liste_blanche]``.
        git: its table ``[liste_blanche.git]``.
    """

    def __init__(self, settings: ListeBlanche, git: Git) -> None:
        self._settings = settings
        self._git = git
        self._depot = DepotGit(git)
        self._push_after = 0.0
        self._done: tuple[int, int] | None = None

    def turn(self) -> None:
        """Do what is due; a trouble is an alarm, and is tried again at a next turn.

        Raises:
            django.db.Error: PostgreSQL failed.
        """
        now = timezone.now()
        try:
            self._commit()
        except DepotGitError as error:
            log.error("depot:git:stopped", exc_info=error, code=error.code)
            raise_alarm(error, now=now)
            return
        settle([DepotGitError.code, DepotEtranger.code], objet="", now=now)
        if self._git.remote is not None and time.monotonic() >= self._push_after:
            self._push()

    def _commit(self) -> None:
        """Commit what is new; git is asked nothing when the database says that nothing is."""
        liste, head = queries.current(), tetes.current()
        present = (liste.sequence if liste else 0, head.numero if head else 0)
        if present == self._done:
            return
        self._depot.prepare()
        self._commit_lists()
        self._commit_head()
        self._done = present

    def _commit_lists(self) -> None:
        done, tete = self._depot.last()
        for liste in queries.published_after(done):
            head = tetes.first_of_sequence(liste.sequence)
            files = {NAME: liste.contenu, **self._crls()}
            if head is not None and head.numero > tete:
                files[FILE_NAME], tete = bytes(head.fichier or b""), head.numero
            details = (f"SHA-256: {liste.sha256}", f"DateDeGeneration: {liste.date_generation:%Y-%m-%dT%H:%M:%SZ}")
            self._depot.commit(Envoi(f"Liste n° {liste.sequence}", liste.sequence, tete, liste.publiee_le, files, details))
            log.info("depot:liste:committed", serial=liste.sequence, sha256=liste.sha256)

    def _commit_head(self) -> None:
        sequence, tete = self._depot.last()
        head = tetes.current()
        if head is None or head.publiee_le is None or not sequence or head.numero <= tete:
            return
        files = {FILE_NAME: bytes(head.fichier or b""), **self._crls()}
        self._depot.commit(Envoi(f"Tête n° {head.numero}", sequence, head.numero, head.publiee_le, files, (f"SHA-256: {head.sha256}",)))
        log.info("depot:tete:committed", serial=head.numero, sha256=head.sha256)

    def _crls(self) -> dict[str, bytes]:
        try:
            return {f"crl/{copie.nommee.sha256}.crl": copie.der for copie in copies(self._settings)}
        except DrimmError as error:  # the publication says it, with its alarm; the list is kept all the same
            log.error("depot:crl:unreadable", exc_info=error, code=error.code)
            return {}

    def _push(self) -> None:
        now = timezone.now()
        try:
            if not self._depot.to_push():
                return
            self._depot.push()
        except (DepotGitError, PousseeRefusee, DistantInjoignable) as error:
            self._push_after = time.monotonic() + self._git.retry_seconds
            log.error("depot:git:not_pushed", exc_info=error, code=error.code)
            raise_alarm(error, objet=_POUSSEE, now=now)
        else:
            log.info("depot:git:pushed")
            settle(objet=_POUSSEE, now=now)


def main(settings: EspaceSettings) -> None:
    """Run the process until SIGTERM.

    Raises:
        GitAbsent: a repository is asked for on a machine without git.
    """
    liste, boucle = settings.liste_blanche, Boucle(DEPOT, settings.liste_blanche.poll_seconds)
    boucle.obey_signals()
    log.info("depot:process:ready")
    if liste.git is None:
        boucle.stopping.wait()
        return
    archiviste = Archiviste(liste, liste.git)
    boucle.run(lambda listening: partial(_turn, archiviste, listening))


def _turn(archiviste: Archiviste, listening: Connection) -> None:
    if alone(listening, _LOCK):
        archiviste.turn()
