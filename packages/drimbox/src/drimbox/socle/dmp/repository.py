# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""ITI-41 (deposit) and ITI-43 (retrieval): bodies written, answers read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from lxml import etree

from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.model import FicheDocument
from drimbox.socle.dmp.mtom import MultipartMessage, Part
from drimbox.socle.dmp.soap import Reponse
from drimbox.socle.dmp.vocabulary import LCM, RESPONSE_SUCCESS, RIM, RS, XDSB, XOP

OVERLOAD: Final = frozenset(
    {
        "XDSRegistryBusy",
        "XDSRepositoryBusy",
        "XDSRegistryNotAvailable",
        "XDSRegistryOutOfResources",
        "XDSRepositoryOutOfResources",
    }
)
"""Errors that IHE ITI TF-3 table 4.2.4.1-2 defines as passing."""
DUPLICATE: Final = frozenset({"XDSDuplicateUniqueIdInRegistry"})
TOO_MANY: Final = frozenset({"XDSTooManyResults"})


def write_deposit(objects: Sequence[etree._Element], documents: Sequence[tuple[str, str]]) -> bytes:
    """Write a ProvideAndRegisterDocumentSetRequest.

    Args:
        objects: registry objects, in order.
        documents: (id of the ExtrinsicObject, Content-ID of the part) of each document.
    """
    request = etree.Element(_xdsb("ProvideAndRegisterDocumentSetRequest"), nsmap={"xdsb": XDSB, "lcm": LCM, "rim": RIM, "xop": XOP})
    listed = etree.SubElement(etree.SubElement(request, f"{{{LCM}}}SubmitObjectsRequest"), f"{{{RIM}}}RegistryObjectList")
    listed.extend(objects)
    for identifier, content_id in documents:
        document = etree.SubElement(request, _xdsb("Document"), id=identifier)
        etree.SubElement(document, f"{{{XOP}}}Include", href=f"cid:{content_id}")
    return etree.tostring(request)


def write_retrieve(repository_unique_id: str, unique_id: str) -> bytes:
    """Write a RetrieveDocumentSetRequest for one document."""
    request = etree.Element(_xdsb("RetrieveDocumentSetRequest"), nsmap={"xdsb": XDSB})
    document = etree.SubElement(request, _xdsb("DocumentRequest"))
    etree.SubElement(document, _xdsb("RepositoryUniqueId")).text = repository_unique_id
    etree.SubElement(document, _xdsb("DocumentUniqueId")).text = unique_id
    return etree.tostring(request)


def check_registry_response(element: etree._Element) -> None:
    """Accept a registry response that says Success.

    Args:
        element: RegistryResponse or AdhocQueryResponse.

    Raises:
        DmpRefuse: it says Failure or PartialSuccess, with codes.
        DmpIndisponible: every code says that the DMP is overloaded.
        DmpReponseInvalide: it says nothing.
    """
    status = element.get("status")
    if status is None:
        raise DmpReponseInvalide("La réponse du DMP n'a pas de statut.")
    if status == RESPONSE_SUCCESS:
        return
    codes = error_codes(element)
    if codes and set(codes) <= OVERLOAD:
        raise DmpIndisponible("Le DMP est surchargé.", codes=codes)
    raise DmpRefuse(codes)


def error_codes(element: etree._Element) -> tuple[str, ...]:
    """Return the error codes of a registry response; warnings are not errors."""
    errors = element.iterfind(f"{{{RS}}}RegistryErrorList/{{{RS}}}RegistryError")
    return tuple(error.get("errorCode", "") for error in errors if not error.get("severity", "").endswith(":Warning"))


def read_deposit_answer(reponse: Reponse) -> None:
    """Accept the answer to an ITI-41 when it says Success.

    Raises:
        DmpRefuse: the deposit was refused.
        DmpIndisponible: the DMP is overloaded.
        DmpReponseInvalide: it is no RegistryResponse.
    """
    if reponse.body.tag != f"{{{RS}}}RegistryResponse":
        raise DmpReponseInvalide("La réponse du DMP au dépôt n'est pas un RegistryResponse.")
    check_registry_response(reponse.body)


def read_document(reponse: Reponse, fiche: FicheDocument) -> bytes:
    """Return the document of an ITI-43 answer, after checking it against its entry in the registry.

    Raises:
        DmpRefuse: the DMP refused.
        DmpReponseInvalide: another document, or bytes whose hash or size is not the registered one.
    """
    if reponse.body.tag != _xdsb("RetrieveDocumentSetResponse"):
        raise DmpReponseInvalide("La réponse du DMP n'est pas un RetrieveDocumentSetResponse.")
    status = reponse.body.find(f"{{{RS}}}RegistryResponse")
    if status is None:
        raise DmpReponseInvalide("La réponse du DMP n'a pas de statut.")
    check_registry_response(status)
    answers = reponse.body.findall(_xdsb("DocumentResponse"))
    if len(answers) != 1 or (answers[0].findtext(_xdsb("DocumentUniqueId")) or "").strip() != fiche.unique_id:
        raise DmpReponseInvalide("Le DMP n'a pas rendu le document demandé.")
    document = answers[0].find(_xdsb("Document"))
    if document is None:
        raise DmpReponseInvalide("Le DMP a répondu sans document.")
    content = _content_of(document, reponse.message)
    check_document(content, fiche)
    return content


def check_document(content: bytes, fiche: FicheDocument) -> None:
    """Compare a document with the hash and the size that its entry announces.

    Raises:
        DmpReponseInvalide: one of them differs.
    """
    if fiche.size is not None and len(content) != fiche.size:
        raise DmpReponseInvalide("La taille du document rendu par le DMP n'est pas celle de sa fiche.")
    computed = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if fiche.hash is not None and not hmac.compare_digest(computed.encode(), fiche.hash.lower().encode()):
        raise DmpReponseInvalide("L'empreinte du document rendu par le DMP n'est pas celle de sa fiche.")


def _content_of(document: etree._Element, message: MultipartMessage | None) -> bytes:
    include = document.find(f"{{{XOP}}}Include")
    if include is not None:
        if message is None:
            raise DmpReponseInvalide("La réponse du DMP annonce une partie jointe qui n'existe pas.")
        part: Part = message.referenced(include.get("href", ""))
        return part.content
    try:
        return base64.b64decode("".join((document.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise DmpReponseInvalide("Le document rendu par le DMP a un base64 illisible.") from None


def _xdsb(name: str) -> str:
    return f"{{{XDSB}}}{name}"
