# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""ITI-57 requests about a document that we deposited: it is deleted, masked, or shown (TD 3.3).

Source: IHE ITI TF-2 §3.57, CI-SIS volet Partage de documents de santé. Everything is taken from the deposit itself, which is kept: who
submitted, for whom, with which metadata. The report may have been purged long ago.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from lxml import etree

from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import Expediteur, envelope_of
from drimbox.socle.dmp.errors import DmpReponseInvalide
from drimbox.socle.dmp.hl7_types import dtm
from drimbox.socle.dmp.metadata import DOCUMENT_KOS, SUBMISSION_SET
from drimbox.socle.dmp.model import FicheDocument, LimitesDmp, RequeteDepot
from drimbox.socle.dmp.mtom import SOAP_TYPE
from drimbox.socle.dmp.rim import association, classification, slot
from drimbox.socle.dmp.soap import Enveloppe
from drimbox.socle.dmp.vihf import renew_vihf
from drimbox.socle.dmp.xml_reader import parse
from drimbox.socle.personnes import Code


def build_removal(depot: RequeteDepot, fiche: FicheDocument, expediteur: Expediteur, now: datetime) -> RequeteDepot:
    """Build the request that deletes a document from the record (TD 3.3c, UpdateAvailabilityStatus).

    Args:
        depot: the deposit of this document, as it was sent.
        fiche: the document, as the registry describes it.
        expediteur: who asks; the one that deposited.
        now: aware instant of submission.

    Raises:
        DmpReponseInvalide: the deposit is not one of ours.
    """
    slots = {"OriginalStatus": f"{voc.STATUS_PREFIX}{fiche.status}", "NewStatus": voc.STATUS_DELETED}
    change = association(voc.UPDATES_STATUS, "UpdateAvailabilityStatus", SUBMISSION_SET, fiche.entry_uuid, slots)
    return _request(depot, [change], expediteur, now)


def build_visibility(
    depot: RequeteDepot, fiche: FicheDocument, codes: Iterable[Code], expediteur: Expediteur, now: datetime
) -> RequeteDepot:
    """Build the request that says anew who may see a document (TD 3.3a and b, Update DocumentEntry Metadata).

    Args:
        depot: the deposit of this document, as it was sent.
        fiche: the document, as the registry describes it.
        codes: its confidentiality codes from now on.
        expediteur: who asks; the one that deposited.
        now: aware instant of submission.

    Raises:
        DmpReponseInvalide: the deposit is not one of ours.
    """
    entry = _kos_entry(_objects(depot, expediteur.limits))
    entry.set("lid", fiche.logical_id)
    entry.insert(0, slot("repositoryUniqueId", (fiche.repository_unique_id,)))
    _set_confidentiality(entry, codes)
    slots = {"SubmissionSetStatus": "Original", "PreviousVersion": fiche.version}
    member = association(voc.HAS_MEMBER, "HasMemberKOS", SUBMISSION_SET, DOCUMENT_KOS, slots)
    return _request(depot, [entry, member], expediteur, now)


def kos_entry_of(depot: RequeteDepot, limits: LimitesDmp) -> etree._Element:
    """Return the entry of the KOS that a kept deposit describes.

    Raises:
        DmpReponseInvalide: the deposit is not one of ours.
    """
    return _kos_entry(_objects(depot, limits))


def _request(depot: RequeteDepot, changes: Sequence[etree._Element], expediteur: Expediteur, now: datetime) -> RequeteDepot:
    package = _package(_objects(depot, expediteur.limits), now)
    request = etree.Element(f"{{{voc.LCM}}}SubmitObjectsRequest", nsmap={"lcm": voc.LCM, "rim": voc.RIM})
    listed = etree.SubElement(request, f"{{{voc.RIM}}}RegistryObjectList")
    listed.extend([package, *changes])
    old = envelope_of(depot, expediteur.limits)
    assertion = renew_vihf(old.assertion, expediteur.signataire, now, expediteur.limits)
    action = voc.ACTION_MISE_A_JOUR
    envelope = Enveloppe(action, expediteur.address(action), f"urn:uuid:{uuid.uuid4()}", assertion, etree.tostring(request))
    return RequeteDepot(f'{SOAP_TYPE}; charset=UTF-8; action="{action}"', action, envelope.write())


def _objects(depot: RequeteDepot, limits: LimitesDmp) -> etree._Element:
    found = parse(envelope_of(depot, limits).body, limits.xml_bytes).find(f".//{{{voc.RIM}}}RegistryObjectList")
    if found is None:
        raise DmpReponseInvalide("La requête gardée ne décrit aucun document.")
    return found


def _kos_entry(objects: etree._Element) -> etree._Element:
    for entry in objects.iterfind(f"{{{voc.RIM}}}ExtrinsicObject"):
        if entry.get("mimeType") == "application/dicom":
            return entry
    raise DmpReponseInvalide("La requête gardée ne décrit pas de KOS.")


def _package(objects: etree._Element, now: datetime) -> etree._Element:
    """Return the submission set of the deposit under a new identifier and a new date: same author, same patient, same source."""
    package = objects.find(f"{{{voc.RIM}}}RegistryPackage")
    if package is None:
        raise DmpReponseInvalide("La requête gardée n'a pas de lot de soumission.")
    for value in package.iterfind(f"{{{voc.RIM}}}Slot[@name='submissionTime']/{{{voc.RIM}}}ValueList/{{{voc.RIM}}}Value"):
        value.text = dtm(now)
    for identifier in package.iterfind(f"{{{voc.RIM}}}ExternalIdentifier[@identificationScheme='{voc.SS_UNIQUE_ID}']"):
        identifier.set("value", f"2.25.{uuid.uuid4().int}")
    return package


def _set_confidentiality(entry: etree._Element, codes: Iterable[Code]) -> None:
    former = entry.findall(f"{{{voc.RIM}}}Classification[@classificationScheme='{voc.DE_CONFIDENTIALITY}']")
    if not former:
        raise DmpReponseInvalide("La requête gardée ne dit pas qui peut voir le document.")
    place = list(entry).index(former[0])
    for element in former:
        entry.remove(element)
    for rank, code in enumerate(codes):
        identifier = f"{DOCUMENT_KOS}-visibility{rank + 1}"
        entry.insert(place + rank, classification(voc.DE_CONFIDENTIALITY, code, of=entry.get("id", ""), identifier=identifier))
