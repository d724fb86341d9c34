# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The studies that a report names: every id of every documentationOf/serviceEvent, each with its order."""

from __future__ import annotations

from datetime import tzinfo

from lxml import etree

from drimbox.socle.pacs.uids import is_uid
from drimbox.socle.personnes import Code, Identifiant
from drimbox.source.compte_rendu.document import attribute, find, find_all
from drimbox.source.compte_rendu.errors import SansExamen, StudyUidInvalide
from drimbox.source.compte_rendu.horodatage import parse_ts
from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.compte_rendu.personnes_cda import read_code, read_identifiant

DCM = "1.2.840.10008.2.16.4"
SNOMED_CT = "2.16.840.1.113883.6.96"
QUALIFIER_MODALITE = "121139"
QUALIFIER_REGION = "39111-0"

# The reports of the homologation say RM, which is no DICOM modality.
MODALITES = {"RM": "MR"}

Demande = tuple[Identifiant | None, Identifiant | None]
"""Placer order number and accession number of one order."""


def read_examens(root: etree._Element, zone: tzinfo) -> tuple[ExamenDecrit, ...]:
    """Return the studies in document order, without repetition.

    Raises:
        SansExamen: none is named.
        StudyUidInvalide: one is named by something that is no UID; nothing of the report is then used.
    """
    named = [
        (uid, event)
        for event in find_all(root, "h:documentationOf/h:serviceEvent")
        for element in find_all(event, "h:id")
        if (uid := attribute(element, "root"))
    ]
    events = dict(reversed(named))  # the first event that names a study describes it
    uids = list(dict.fromkeys(uid for uid, _event in named))
    if not uids:
        raise SansExamen
    if not all(map(is_uid, uids)):
        raise StudyUidInvalide
    demandes = pair(read_demandes(root), len(uids))
    return tuple(_read_examen(uid, events[uid], demande, zone) for uid, demande in zip(uids, demandes, strict=True))


def read_demandes(root: etree._Element) -> list[Demande]:
    """Return the (order, accession) pairs of inFulfillmentOf/order, in document order."""
    demandes: list[Demande] = []
    for order in find_all(root, "h:inFulfillmentOf/h:order"):
        placer = next((i for e in find_all(order, "h:id") if (i := read_identifiant(e))), None)
        accessions = [i for e in find_all(order, "d:accessionNumber") if (i := read_identifiant(e))]
        demandes += [(placer, accession) for accession in accessions] or ([(placer, None)] if placer else [])
    return demandes


def pair(demandes: list[Demande], studies: int) -> list[Demande]:
    """Give its order to each study: by rank when there are as many, the only one to all; otherwise only what they all share.

    The accession number of the PACS settles the rest (rules.pair_with_pacs).
    """
    if len(demandes) == studies:
        return demandes
    if len(demandes) == 1:
        return demandes * studies
    orders = {order for order, _accession in demandes}
    return [(orders.pop() if len(orders) == 1 else None, None)] * studies


def _read_examen(uid: str, event: etree._Element, demande: Demande, zone: tzinfo) -> ExamenDecrit:
    code = find(event, "h:code")
    translations = [] if code is None else find_all(code, "h:translation")
    return ExamenDecrit(
        study_instance_uid=uid,
        accession=demande[1],
        order=demande[0],
        acte=read_code(code),
        modalites=tuple(_as_modality(c) for c in _coded(translations, DCM, QUALIFIER_MODALITE)),
        regions=_coded(translations, SNOMED_CT, QUALIFIER_REGION),
        debut=parse_ts(attribute(find(event, "h:effectiveTime/h:low"), "value"), zone),
        fin=parse_ts(attribute(find(event, "h:effectiveTime/h:high"), "value"), zone),
    )


def _coded(translations: list[etree._Element], scheme: str, qualifier: str) -> tuple[Code, ...]:
    """Return the translations of a scheme; one that bears another qualifier speaks of something else."""
    kept = []
    for element in translations:
        qualifiers = {attribute(name, "code") for name in find_all(element, "h:qualifier/h:name")}
        code = read_code(element)
        if code is not None and code.scheme == scheme and (not qualifiers or qualifier in qualifiers):
            kept.append(code)
    return tuple(dict.fromkeys(kept))


def _as_modality(code: Code) -> Code:
    return Code(MODALITES.get(code.code, code.code), code.scheme, code.label)
