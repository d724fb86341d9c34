# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fields of a Déclaration (Guide d'intégration §2.1, steps 4 to 9; Introduction à l'Espace de Confiance §2.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from espace.acteurs.architectures import Architecture
from espace.acteurs.rules import MAX_CLIENTS, MAX_PACS, MAX_RIS, ClientDeclare, check_siren
from espace.calendrier.rules import Region
from espace.guichet.formulaires.lecture import Lecture
from espace.registre.rules import HotesDeclares
from espace.zone.cibles import CibleRefusee


@dataclass(frozen=True, slots=True)
class DeclarationLue:
    """A declaration of which every field was checked; only :func:`read` makes one.

    Attributes:
        site: libellé of the Client's Site.
        clients: all SIREN of the Commande.
        hotes: one pair of hosts per PACS, in their order.
        architecture: simple, mutualised or native.
        nombre_ris: RIS linked to the installation.
        region: whose public holidays its due dates follow; empty for the setting.
        description: of the Operateur, empty when it says nothing new; the same of the three that follow.
        adresse: its address.
        contact_projet: mail of its project contact.
        contact_technique: mail of its technical contact.
        commentaire: free text.
    """

    site: str
    clients: tuple[ClientDeclare, ...]
    hotes: tuple[HotesDeclares, ...]
    architecture: Architecture
    nombre_ris: int
    region: str
    description: str
    adresse: str
    contact_projet: str
    contact_technique: str
    commentaire: str

    @property
    def nombre_pacs(self) -> int:
        """Number of PACS, which is the number of couples of names."""
        return len(self.hotes)


CHAMPS = frozenset(
    {"site", "sirens", "nombre_pacs", "pacs", "architecture", "nombre_ris", "region", "commentaire"}
    | {"description", "adresse", "contact_projet", "contact_technique"}
)


def read(donnees: Mapping[str, Any], *, zone: str) -> DeclarationLue:
    """Read what an Operateur typed.

    Args:
        donnees: ``site``, ``sirens`` (list), ``nombre_pacs``, ``pacs`` (list of ``hote_db``, ``hote_vi``, ``libelle``), ``architecture``,
            ``nombre_ris``, ``region``, the contacts and ``commentaire``.
        zone: DNS zone of the Espace, in which no host may be.

    Raises:
        FormulaireRefuse: with every fault, field by field: ``pacs.1.hote_db`` is the host of the second PACS.
    """
    form = Lecture(donnees)
    lue = DeclarationLue(
        site=form.text("site", "libellé du Site"),
        clients=_clients(form),
        hotes=_hotes(form, zone),
        architecture=Architecture(form.choice("architecture", "architecture", frozenset(Architecture.values), Architecture.SIMPLE)),
        nombre_ris=form.number("nombre_ris", "nombre de RIS", 1, MAX_RIS) if donnees.get("nombre_ris") else 1,
        region=form.choice("region", "région", frozenset({"", *map(str, Region)}), ""),
        description=form.paragraph("description", 2000),
        adresse=form.text("adresse", "adresse", 500, required=False),
        contact_projet=form.mail("contact_projet", "contact projet", required=False),
        contact_technique=form.mail("contact_technique", "contact technique", required=False),
        commentaire=form.paragraph(),
    )
    form.end()
    return lue


def _clients(form: Lecture) -> tuple[ClientDeclare, ...]:
    typed = form.items("sirens", "SIREN", MAX_CLIENTS)
    numbers = []
    for place, text in enumerate(typed):
        number = form.checked(f"sirens.{place}", partial(check_siren, str(text)), "")
        if number and number in numbers:
            form.fail(f"sirens.{place}", "Ce SIREN est donné deux fois.")
        elif number:
            numbers.append(number)
    if not typed:
        form.fail("sirens", "Donnez au moins un SIREN.")
    return tuple(ClientDeclare(number) for number in numbers)


def _hotes(form: Lecture, zone: str) -> tuple[HotesDeclares, ...]:
    wanted = form.number("nombre_pacs", "nombre de PACS", 1, MAX_PACS)
    rows = form.items("pacs", "PACS", MAX_PACS)
    if len(rows) != wanted:
        form.fail("pacs", f"{wanted} PACS sont déclarés et {len(rows)} couples d'hôtes sont donnés : il en faut exactement autant.")
    return tuple(hote for place, row in enumerate(rows) if (hote := _hote(form, place, row, zone)) is not None)


def _hote(form: Lecture, place: int, row: Any, zone: str) -> HotesDeclares | None:
    if not isinstance(row, dict) or not all(isinstance(row.get(name, ""), str) for name in ("hote_db", "hote_vi", "libelle")):
        form.fail(f"pacs.{place}", "Un hôte de DRIMbox et un hôte de visionneuse sont attendus.")
        return None
    before = len(form.fautes)
    for name in ("hote_db", "hote_vi"):
        if refused := _host_fault(row.get(name, ""), zone):
            form.fail(f"pacs.{place}.{name}", refused)
    if len(form.fautes) > before:
        return None
    values = {"hote_db": row["hote_db"], "hote_vi": row["hote_vi"], "libelle": row.get("libelle", "")}
    return form.checked(f"pacs.{place}.libelle", lambda: HotesDeclares(**values, zone=zone), None)


def _host_fault(text: str, zone: str) -> str:
    """Return why a host is refused, or nothing: both hosts of a pair are checked, so that both are told at once."""
    try:
        HotesDeclares(text, text, zone=zone)
    except CibleRefusee as error:
        return error.message
    return ""
