# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What leaves for the DMP, written: from a kept row to the exact request. The DMP may be asked, nothing is written here.

A first deposit depends on nobody. What replaces, withdraws or shows needs the entry that the registry holds at that moment, so it is
written when its turn comes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from django.conf import settings

from confiance.errors import DrimmError
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.deposit import envelope_of
from drimbox.socle.dmp.errors import DepotIncomplet, DmpRefuse, DmpReponseInvalide, SansDmp
from drimbox.socle.dmp.existence import Existence
from drimbox.socle.dmp.metadata import confidentialities
from drimbox.socle.dmp.model import KosADeposer, LimitesDmp, RequeteDepot
from drimbox.socle.dmp.vocabulary import ACTION_DEPOT, ACTION_MISE_A_JOUR
from drimbox.socle.personnes import Code
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.queries import deposit_in_force, last_visibility
from drimbox.source.depot_dmp.soumission import a_deposer, demande_of
from drimbox.source.depot_dmp.states import DEPOTS, ActionEnvoi
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.rapport import read_rapport
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.models import MessageRecu

UNKNOWN_PATIENT = "XDSUnknownPatientId"


@dataclass(frozen=True, slots=True)
class Prete:
    """A request that is ready, or the certainty that there is nothing left to ask.

    Attributes:
        requete: what must leave; None when the DMP is already as it was wanted.
    """

    requete: RequeteDepot | None


def client_of(structure: str) -> DmpClient:
    """Return a client under the certificates of a structure."""
    return DmpClient(settings.DRIMBOX.dmp.of_structure(structure))


def structure_of(kos: KosADeposer) -> str:
    """Return the structure under whose certificates a deposit leaves."""
    return "" if kos.structure is None else kos.structure.identifiant


def sender_of(envoi: Envoi) -> str:
    """Return the structure under whose certificates a request leaves: an update leaves as the deposit that it speaks of."""
    if envoi.action in DEPOTS:
        return envoi.structure
    depot = deposit_in_force(envoi)
    return "" if depot is None else depot.structure


def to_deposit(construit: KosConstruit) -> KosADeposer:
    """Gather what the DMP is told of a KOS which is not kept yet."""
    return a_deposer(
        construit.rapport,
        construit.demande,
        contenu=construit.contenu,
        sop_instance_uid=construit.sop_instance_uid,
        created_at=construit.created_at,
        modalites=[serie.modality for serie in construit.localisation.etude.series],
        structure=settings.DRIMBOX.structure,
        visibilite=construit.visibilite or (),
    )


def write(kos: KosADeposer) -> RequeteDepot:
    """Write a first deposit.

    Raises:
        DepotIncomplet: the report lacks what the DMP requires.
    """
    return client_of(structure_of(kos)).build_deposit(kos)  # nothing is opened, nothing is to be closed


def is_written_late(envoi: Envoi) -> bool:
    """Tell whether a request must be written, or written again, before it leaves."""
    return envoi.built_at is None or envoi.action not in DEPOTS


def prepare(envoi: Envoi) -> Prete:
    """Write the request of a row whose turn has come.

    Raises:
        DepotIncomplet: a value that the DMP requires is missing.
        DmpRefuse: the DMP refused to say what it holds.
        DmpIndisponible, DmpReponseInvalide: its answer is missing or unreadable.
        MessageRefuse, CompteRenduIllisible: the kept message can no longer be read.
    """
    depot = deposit_in_force(envoi)
    if envoi.action in DEPOTS:
        kos = _kos_of(envoi)
        return Prete(asyncio.run(_deposit(kos, depot if envoi.action == ActionEnvoi.REMPLACER else None)))
    if depot is None:
        return Prete(None)
    codes = confidentialities(_kos_of(envoi)) if envoi.action == ActionEnvoi.VISIBILITE else None
    return Prete(asyncio.run(_update(depot, codes)))


def requete_of(envoi: Envoi) -> RequeteDepot:
    """Return the kept request of a row.

    Raises:
        DepotIncomplet: it is not kept here (a pointer brought by another DRIMbox), or can no longer be read.
    """
    if not envoi.body:
        raise DepotIncomplet(["la requête du dépôt, faite par une autre DRIMbox"])
    requete = RequeteDepot(envoi.content_type, ACTION_DEPOT if envoi.action in DEPOTS else ACTION_MISE_A_JOUR, bytes(envoi.body))
    try:
        envelope_of(requete, LimitesDmp())
    except DmpReponseInvalide:
        # a fault of what is kept here, which no answer of the DMP would ever cure
        raise DepotIncomplet(["une requête gardée lisible"]) from None
    return requete


def explained(envoi: Envoi, refusal: DmpRefuse) -> DmpRefuse:
    """Return why the DMP refused a deposit: when it does not know the patient, it is asked whether there is a record at all (TD 0.2)."""
    if UNKNOWN_PATIENT not in refusal.codes or envoi.action not in DEPOTS:
        return refusal
    try:
        existence = asyncio.run(_existence(envoi))
    except DrimmError:
        return refusal  # the question is a courtesy to the person who reads: without its answer, the refusal stands as it came
    return refusal if existence.existe else SansDmp(refusal.codes)


def _kos_of(envoi: Envoi) -> KosADeposer:
    kos, rapport = envoi.kos, read_rapport(body_of(_message_of(envoi)))
    return a_deposer(
        rapport,
        demande_of(rapport.compte_rendu, kos.study_instance_uid, kos.accession),
        contenu=bytes(kos.contenu),
        sop_instance_uid=kos.sop_instance_uid,
        created_at=kos.created_at,
        modalites=kos.modalites.split(","),
        structure=settings.DRIMBOX.structure,
        visibilite=envoi.examen.visibilite or (),
    )


def _message_of(envoi: Envoi) -> MessageRecu:
    # the same report with other flags: a deposit that is written after it leaves with them, and shows to nobody what was hidden meanwhile
    newer = last_visibility(envoi.kos_id) if envoi.action in DEPOTS else None
    message: MessageRecu = (newer and newer.message) or envoi.message or envoi.examen.message
    return message


async def _existence(envoi: Envoi) -> Existence:
    async with client_of(envoi.structure) as client:
        return await client.existence_of(requete_of(envoi))


async def _deposit(kos: KosADeposer, former: Envoi | None) -> RequeteDepot:
    fiche = None
    if former is not None:
        async with client_of(former.structure) as client:
            fiche = await client.find_document(requete_of(former))
    async with client_of(structure_of(kos)) as client:
        # what the record no longer shows (its patient may delete it) cannot be replaced: the new one stands alone
        in_force = fiche is not None and fiche.status == "Approved"
        return client.build_deposit(kos, remplace=fiche.entry_uuid if fiche is not None and in_force else None)


async def _update(depot: Envoi, codes: tuple[Code, ...] | None) -> RequeteDepot | None:
    kept = requete_of(depot)
    async with client_of(depot.structure) as client:
        fiche = await client.find_document(kept)
        if fiche is None:
            return None
        if codes is None:
            return client.build_removal(kept, fiche)
        if set(fiche.confidentialites) == {code.code for code in codes}:
            return None
        return client.build_visibility(kept, fiche, codes)
