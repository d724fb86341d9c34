# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of images out of a PACS: one asynchronous iterator of objects, whatever the protocol that the PACS speaks.

::

    async with recuperer(pacs, DemandeImages(study, series)) as flux:
        async for objet in flux:
            send(objet.entete)
            async for bloc in objet.blocs():
                send(bloc)

Not reading makes the PACS wait; leaving the block early ends the association. At most a few fragments of one object are in memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from itertools import groupby

from confiance.errors import DrimmError
from drimbox.config import Pacs
from drimbox.socle.pacs import c_get, c_move, dicomweb
from drimbox.socle.pacs.appel import appeler
from drimbox.socle.pacs.bassin import association_for
from drimbox.socle.pacs.classes import classes_of, is_absent
from drimbox.socle.pacs.dimse.negotiation import Proposition
from drimbox.socle.pacs.errors import PacsAbsent, PacsCoupe, PacsEchec, PacsIncomplet
from drimbox.socle.pacs.objet import DemandeImages, ObjetEnCours
from drimbox.socle.pacs.par_series import by_series
from drimbox.socle.pacs.places import place_held
from drimbox.socle.pacs.reception_stockage import reception_of
from drimbox.socle.pacs.syntaxes import holds

__all__ = ["DemandeImages", "ObjetEnCours", "recuperer"]


@asynccontextmanager
async def recuperer(pacs: Pacs, demande: DemandeImages) -> AsyncIterator[AsyncIterator[ObjetEnCours]]:
    """Retrieve a study, one of its series or one of its instances.

    The block receives an iterator of objects in the order of the PACS. An object is read before the next one is asked for; what is not
    read of it is passed over.

    Args:
        pacs: where the images are, and how they are fetched there.
        demande: what is wanted.

    Raises:
        PacsAbsent: (from the iterator) the PACS holds nothing of what is asked.
        PacsIncomplet: (from the iterator, after the last object) the PACS sent less than it announced, or failed to send some objects.
        PacsIndisponible: (from the iterator or from an object) no answer, a cut, or a silence longer than ``pacs.timeout``.
        PacsRefuse: (from the iterator) the PACS answers no.
        ObjetIllisible: (from the iterator) an object does not follow its syntax.
    """
    async with aclosing(_retrieved(pacs, demande)) as objets:
        yield objets


async def _retrieved(pacs: Pacs, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    begun = False
    try:
        async with aclosing(_BY[pacs.recuperation](pacs, demande)) as objets:
            async for objet in objets:
                begun = True
                yield objet
    except PacsEchec:
        # many a PACS answers by a failure when it is asked for what it does not hold: the difference is worth a question
        if not begun and await is_absent(pacs, demande):
            raise PacsAbsent from None
        raise


async def _c_get(pacs: Pacs, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    classes = tuple(sorted(set(demande.sop_classes or await classes_of(pacs, demande))))
    if demande.series is None and not holds(classes, accept=demande.accept_syntaxes):
        async with aclosing(_c_get_by_series(pacs, replace(demande, sop_classes=classes))) as objets:
            async for objet in objets:
                yield objet
        return
    proposition = c_get.proposition_for(pacs.calling_aet, pacs.aet, demande, classes)
    begun = kept = False
    try:
        async with association_for(pacs, proposition) as association:
            kept = association.served > 0
            async with aclosing(c_get.objets_by_c_get(association, demande, pacs.image_seconds)) as objets:
                async for objet in objets:
                    begun = True
                    yield objet
    except PacsCoupe:
        if begun or not kept:
            raise
    else:
        return
    # a PACS may close an association that we kept at the very moment when we use it again: nothing is lost yet
    async with (
        association_for(pacs, proposition, fresh=True) as association,
        aclosing(c_get.objets_by_c_get(association, demande, pacs.image_seconds)) as objets,
    ):
        async for objet in objets:
            yield objet


async def _c_get_by_series(pacs: Pacs, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    """Carry every series, even after one of which something is missing: this is said at the end, as for one retrieval."""
    parts, lost, carried = await by_series(pacs, demande), list[DrimmError](), False
    async with place_held(pacs), aclosing(_each_series(pacs, parts, lost)) as objets:
        async for objet in objets:
            carried = True
            yield objet
    if lost and not carried:
        raise lost[0]
    held = frozenset[str]().union(*(part.attendus or () for part in parts))
    if lost or (demande.attendus or frozenset()) - held:
        raise PacsIncomplet


async def _each_series(pacs: Pacs, parts: Sequence[DemandeImages], lost: list[DrimmError]) -> AsyncGenerator[ObjetEnCours, None]:
    """Carry them under a place held by the caller: an answer that has begun does not go back in the line of those who wait for one."""

    def proposition_of(part: DemandeImages) -> Proposition:
        return c_get.proposition_for(pacs.calling_aet, pacs.aet, part, part.sop_classes)

    for proposition, group in groupby(parts, proposition_of):
        association = await appeler(pacs, proposition)
        try:
            for part in group:
                try:
                    async with aclosing(c_get.objets_by_c_get(association, part, pacs.image_seconds)) as objets:
                        async for objet in objets:
                            yield objet
                except (PacsAbsent, PacsEchec, PacsIncomplet) as error:
                    lost.append(error)
        except BaseException:
            association.abort()
            raise
        await association.release()


async def _c_move(pacs: Pacs, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    proposition = c_move.proposition_for(pacs.calling_aet, pacs.aet)
    async with (
        reception_of(pacs).attending(demande) as attente,
        association_for(pacs, proposition, fresh=True, keep=False) as association,
        aclosing(c_move.objets_by_c_move(association, attente, pacs)) as objets,
    ):
        async for objet in objets:
            yield objet


async def _dicomweb(pacs: Pacs, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    assert pacs.dicomweb is not None  # the settings say so
    async with aclosing(dicomweb.objets_by_dicomweb(pacs, pacs.dicomweb, demande)) as objets:
        async for objet in objets:
            yield objet


_BY: dict[str, Callable[[Pacs, DemandeImages], AsyncGenerator[ObjetEnCours, None]]] = {
    "c-get": _c_get,
    "c-move": _c_move,
    "dicomweb": _dicomweb,
}
