# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What may leave of one retrieval: objects checked against the KOS one by one, the INS written into their head."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from confiance.errors import DrimmError, OwnError
from drimbox.config import Pacs
from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_LE, deflate, inflate
from drimbox.socle.pacs.entete import Ins, with_ins
from drimbox.socle.pacs.errors import PacsAbsent, PacsCoupe, PacsIndisponible, PacsInjoignable, PacsOccupe
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.socle.pacs.tete import MAX_INFLATED
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import InterneIndisponible, PacsEnErreur, PacsMuet, Refus, RessourceInconnue, TropDeTransferts
from drimbox.source.admission.errors import PacsIndisponible as PorteInjoignable
from drimbox.source.partage.entrees import ObjetRecu
from drimbox.source.partage.identite_objet import Controle
from drimbox.source.partage.partagees import Recuperations
from drimbox.source.partage.paths import Ressource
from drimbox.source.partage.recuperation import Lecteur
from drimbox.source.partage.threads import in_thread

# What a PACS adds to an exam after its KOS was made; an object whose class was not proposed ends the whole retrieval with some PACS.
ADDED_LATER = (
    "1.2.840.10008.5.1.4.1.1.88.59",  # Key Object Selection
    "1.2.840.10008.5.1.4.1.1.11.1",  # Grayscale Softcopy Presentation State
    "1.2.840.10008.5.1.4.1.1.88.67",  # X-Ray Radiation Dose SR
    "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture
    "1.2.840.10008.5.1.4.1.1.88.22",  # Enhanced SR
)
MAX_CLASSES = 6


@dataclass(frozen=True, slots=True)
class ObjetServi:
    """One object that may leave.

    Attributes:
        sop_class_uid: of the object.
        sop_instance_uid: of the object.
        series_instance_uid: of its series.
        transfer_syntax_uid: of its bytes.
        entete: first bytes of its data set, with the INS.
        longueur: bytes of its data set, or None when nobody knows yet.
        lots: gives the bytes that follow the head, once, several pieces at a time.
        entete_entiere: whether the head goes up to the pixels, or to the end.
    """

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    transfer_syntax_uid: str
    entete: bytes
    longueur: int | None
    lots: Callable[[], AsyncIterator[Sequence[bytes | memoryview]]]
    entete_entiere: bool = True


class Lecture:
    """Objects of one resource, one at a time."""

    def __init__(self, lecteur: Lecteur, ressource: Ressource, examen: ExamenOuvert) -> None:
        self._lecteur = lecteur
        self._examen = examen
        self.controle = Controle(ressource, examen)

    @property
    def pacs_seconds(self) -> float:
        """Seconds spent waiting for the PACS."""
        return self._lecteur.waited

    @property
    def ready(self) -> bool:
        """Whether what follows is already here."""
        return self._lecteur.ready

    async def next(self) -> ObjetServi | None:
        """Return the next object that may leave, or None at the end.

        Raises:
            Refus: 404 nothing is there, 429 or 503 its associations are taken, 502 it refuses, errs, lies or forgets some, 503 it cannot be
                reached or we err, 504 it was reached and fell silent.
        """
        try:
            while (objet := await self._lecteur.next()) is not None:
                deflated = objet.transfer_syntax_uid == DEFLATED
                if served := await in_thread(self._deflated, objet) if deflated else self._served(objet):
                    return served
            self.controle.check_all_came()
        except DrimmError as error:
            raise self._refus(error) from error
        return None

    def _deflated(self, objet: ObjetRecu) -> ObjetServi | None:
        """Do the same as for the others, on the data set inflated once; without the INS its own bytes leave."""
        data = inflate(objet.entete, MAX_INFLATED)
        served = self._served(replace(objet, entete=data, transfer_syntax_uid=EXPLICIT_LE))
        if served is None:
            return None
        entete = objet.entete if served.entete is data else deflate(served.entete)
        return replace(served, entete=entete, transfer_syntax_uid=DEFLATED, longueur=len(entete))

    def _served(self, objet: ObjetRecu) -> ObjetServi | None:
        if not self.controle.admits(objet):
            return None
        ins, entete = self._examen.ins, objet.entete
        if ins is not None:
            entete = with_ins(entete, objet.transfer_syntax_uid, Ins(ins.value, ins.oid), objet.patient_place)
        longueur = None if objet.longueur is None else objet.longueur + len(entete) - len(objet.entete)
        series = objet.series_instance_uid
        syntax = objet.transfer_syntax_uid
        whole = objet.entete_entiere
        return ObjetServi(objet.sop_class_uid, objet.sop_instance_uid, series, syntax, entete, longueur, self._lots, whole)

    async def _lots(self) -> AsyncIterator[Sequence[bytes | memoryview]]:
        try:
            async for lot in self._lecteur.lots():
                yield lot
        except DrimmError as error:
            raise self._refus(error) from error

    def _refus(self, error: DrimmError) -> Refus:
        if isinstance(error, Refus):
            return error
        if isinstance(error, PacsAbsent):
            return RessourceInconnue()
        if isinstance(error, PacsCoupe):
            return PacsEnErreur()
        if isinstance(error, PacsOccupe):
            return TropDeTransferts()
        if isinstance(error, PacsIndisponible):
            return PorteInjoignable() if isinstance(error, PacsInjoignable) else PacsMuet()
        return InterneIndisponible() if isinstance(error, OwnError) else PacsEnErreur()


@asynccontextmanager
async def reading(
    recuperations: Recuperations, pacs: Pacs, ressource: Ressource, examen: ExamenOuvert, peer: str
) -> AsyncIterator[Lecture]:
    """Read a resource from the PACS, for a peer, for the time of a block."""
    async with recuperations.read(pacs, demande_of(ressource, examen), peer) as lecteur:
        yield Lecture(lecteur, ressource, examen)


def demande_of(ressource: Ressource, examen: ExamenOuvert) -> DemandeImages:
    """Return what to ask of the PACS: the KOS already says which classes to propose and which instances must come."""
    wanted = {
        instance.sop_instance_uid: instance.sop_class_uid
        for uid, instances in examen.series.items()
        if ressource.series in {None, uid}
        for instance in instances.values()
        if ressource.instance in {None, instance.sop_instance_uid}
    }
    classes = sorted(set(wanted.values()) - {""})
    if "" in wanted.values():
        classes = []  # the PACS is asked which they are
    elif ressource.instance is None:
        classes += [added for added in ADDED_LATER if added not in classes][: max(0, MAX_CLASSES - len(classes))]
    return DemandeImages(
        examen.lu.study_instance_uid, ressource.series, ressource.instance, sop_classes=tuple(classes), attendus=frozenset(wanted)
    )
