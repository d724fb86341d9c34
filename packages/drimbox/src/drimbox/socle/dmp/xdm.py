# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""XDM archives of pointers: what one DRIMbox hands to another when the DMP is closed, or when a couple changes Operateur. Pure: bytes only.

::

    KA202611/INDEX.HTM, README.TXT
    KA202611/IHE_XDM/SS000001/METADATA.XML   the request that deposited the pointer, with the place of each document
                              KOS_1_1.DCM    the pointer
                              SIGN_1.XML     the signature of its submission set
                              CR.TXT         report; INS; IPP — each identifier, then its authority

Source: IHE ITI TF-2 §3.32 (XDM), shape of the published exports. What differs from them is told in docs/divergences.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import envelope_of
from drimbox.socle.dmp.errors import DmpReponseInvalide, XdmIllisible
from drimbox.socle.dmp.metadata import DOCUMENT_KOS, DOCUMENT_SIGNATURE
from drimbox.socle.dmp.model import FicheDocument, LimitesDmp, RequeteDepot
from drimbox.socle.dmp.mtom import Part, read_multipart, write_multipart
from drimbox.socle.dmp.registry import read_entry
from drimbox.socle.dmp.repository import check_document
from drimbox.socle.dmp.rim import slot
from drimbox.socle.dmp.soap import SOAP, WSSE, Enveloppe
from drimbox.socle.dmp.vihf import SAML
from drimbox.socle.dmp.xml_reader import parse
from drimbox.socle.personnes import Identifiant

_LOT: Final = re.compile(r"^(|.*/)IHE_XDM/(SS[0-9]{1,8})/([A-Z0-9_]{1,32}\.[A-Z]{3})$", re.IGNORECASE)
_PLACES: Final = {DOCUMENT_KOS: "KOS_1_1.DCM", DOCUMENT_SIGNATURE: "SIGN_1.XML"}
_FIELDS: Final = 6


@dataclass(frozen=True, slots=True)
class LotXdm:
    """One pointer of an archive.

    Attributes:
        requete: the request that deposited it.
        contenu: the KOS.
        signature: the signature of its submission set; empty when the archive has none.
        fiche: its entry.
        compte_rendu: id of the report, ``root`` or ``root^extension``.
        ipp: local identifier of the patient, or None.
    """

    requete: RequeteDepot
    contenu: bytes
    signature: bytes
    fiche: FicheDocument
    compte_rendu: str
    ipp: Identifiant | None

    def __repr__(self) -> str:
        return f"LotXdm({self.fiche.unique_id})"


def read_deposit(requete: RequeteDepot, compte_rendu: str, ipp: Identifiant | None, limits: LimitesDmp) -> LotXdm:
    """Make a lot of a deposit as it was sent.

    Raises:
        DmpReponseInvalide: the deposit is not one of ours.
    """
    message = read_multipart(requete.content_type, requete.body, limits)
    body = parse(envelope_of(requete, limits).body, limits.xml_bytes)
    parts = {document.get("id"): message.referenced(_href(document)).content for document in body.iterfind(f"{{{voc.XDSB}}}Document")}
    return LotXdm(requete, parts[DOCUMENT_KOS], parts.get(DOCUMENT_SIGNATURE, b""), read_entry(_kos_entry(body)), compte_rendu, ipp)


def write_archive(root: str, lots: Sequence[LotXdm], sender: str, software: str, limits: LimitesDmp) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive: path below the archive, content.

    Args:
        root: name of its folder, for example ``KA202611``.
        lots: what it holds, one folder each.
        sender: name and identifier of the structure.
        software: name and version of the software.
        limits: bounds.
    """
    yield f"{root}/INDEX.HTM", _index(sender)
    yield f"{root}/README.TXT", _readme(sender, software, len(lots))
    for number, lot in enumerate(lots, 1):
        folder = f"SS{number:06}"
        path = f"{root}/IHE_XDM/{folder}"
        yield f"{path}/METADATA.XML", _metadata(lot, folder, limits)
        yield f"{path}/{_PLACES[DOCUMENT_KOS]}", lot.contenu
        if lot.signature:
            yield f"{path}/{_PLACES[DOCUMENT_SIGNATURE]}", lot.signature
        yield f"{path}/CR.TXT", _report_line(lot)


def read_archive(files: Mapping[str, bytes], limits: LimitesDmp) -> Iterator[tuple[str, LotXdm | XdmIllisible]]:
    """Yield each lot of an archive by its folder, or why it cannot be read: one bad lot costs only itself.

    Args:
        files: path → content, the archive's root folder included or not.
        limits: bounds.
    """
    lots: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        found = _LOT.search(path)
        if found:
            # with its root: two archives below one folder number their lots alike
            lots.setdefault(f"{found[1]}{found[2].upper()}", {})[found[3].upper()] = content
    for folder in sorted(lots):
        try:
            yield folder, _read_lot(lots[folder], limits)
        except XdmIllisible as error:
            yield folder, error


def _read_lot(files: Mapping[str, bytes], limits: LimitesDmp) -> LotXdm:
    kos = [name for name in files if name.startswith("KOS")]
    signatures = [name for name in files if name.startswith("SIGN")]
    if "METADATA.XML" not in files or len(kos) != 1 or len(signatures) > 1:
        raise XdmIllisible("Un lot de l'archive n'a pas exactement un pointeur (KOS) et ses métadonnées.")
    contenu, signature = files[kos[0]], files[signatures[0]] if signatures else b""
    try:
        envelope = parse(files["METADATA.XML"], limits.xml_bytes)
        entry = _kos_entry(envelope)
        for place in envelope.iterfind(f".//{{{voc.RIM}}}Slot[@name='URI']"):
            parent = place.getparent()
            assert parent is not None  # it was found below the root
            parent.remove(place)  # where a document is in the archive is no part of what was deposited
        fiche = read_entry(entry)
        check_document(contenu, fiche)
        requete = _request(envelope, contenu, signature)
    except DmpReponseInvalide as error:
        raise XdmIllisible(error.message) from None
    compte_rendu, ipp = _read_report_line(files.get("CR.TXT", b""))
    return LotXdm(requete, contenu, signature, fiche, compte_rendu, ipp)


def _request(envelope: etree._Element, contenu: bytes, signature: bytes) -> RequeteDepot:
    """Put a deposit together again; its assertion is renewed before anything is sent."""
    assertion = envelope.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security/{{{SAML}}}Assertion")
    body = envelope.find(f"{{{SOAP}}}Body/{{{voc.XDSB}}}ProvideAndRegisterDocumentSetRequest")
    if assertion is None or body is None:
        raise XdmIllisible("Les métadonnées d'un lot ne contiennent pas la demande de dépôt.")
    statement = assertion.find(f"{{{SAML}}}AuthnStatement")
    if assertion.find(f"{{{SAML}}}Conditions") is None and statement is not None:
        statement.addprevious(etree.Element(f"{{{SAML}}}Conditions"))
    parts = {DOCUMENT_KOS: contenu, DOCUMENT_SIGNATURE: signature}
    attachments = []
    for document in body.iterfind(f"{{{voc.XDSB}}}Document"):
        include, identifier = document.find(f"{{{voc.XOP}}}Include"), document.get("id", "")
        if include is None or identifier not in parts:
            raise XdmIllisible("Les métadonnées d'un lot annoncent un document qui n'y est pas.")
        name = f"{'kos' if identifier == DOCUMENT_KOS else 'signature'}.xdm"
        include.set("href", f"cid:{name}")
        attachments.append(Part(name, "application/octet-stream", parts[identifier]))
    own = Enveloppe(voc.ACTION_DEPOT, "", "urn:uuid:00000000-0000-0000-0000-000000000000", _alone(assertion), _alone(body))
    return RequeteDepot(*_framed(own, attachments))


def _framed(envelope: Enveloppe, attachments: list[Part]) -> tuple[str, str, bytes]:
    content_type, body = write_multipart(envelope.write(), voc.ACTION_DEPOT, attachments)
    return content_type, voc.ACTION_DEPOT, body


def _alone(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _metadata(lot: LotXdm, folder: str, limits: LimitesDmp) -> bytes:
    message = read_multipart(lot.requete.content_type, lot.requete.body, limits)
    root = parse(message.root.content, limits.xml_bytes)
    for entry in root.iterfind(f".//{{{voc.RIM}}}ExtrinsicObject"):
        # after the other slots, where the schema wants it
        entry.insert(len(entry.findall(f"{{{voc.RIM}}}Slot")), slot("URI", (f"{folder}/{_PLACES[entry.get('id', '')]}",)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _report_line(lot: LotXdm) -> bytes:
    root, _, extension = lot.compte_rendu.partition("^")
    ins, ipp = lot.fiche.patient_ins, lot.ipp or Identifiant("", "")
    return ";".join((root, extension, ins.value, ins.oid, ipp.value, ipp.oid)).encode("utf-8")


def _read_report_line(content: bytes) -> tuple[str, Identifiant | None]:
    fields = content.decode("utf-8", "replace").strip().split(";")
    if len(fields) != _FIELDS:
        return "", None
    compte_rendu = f"{fields[0]}^{fields[1]}" if fields[1] else fields[0]
    return compte_rendu, Identifiant(fields[4], fields[5]) if fields[4] and fields[5] else None


def _kos_entry(root: etree._Element) -> etree._Element:
    found = [entry for entry in root.iterfind(f".//{{{voc.RIM}}}ExtrinsicObject") if entry.get("mimeType") == "application/dicom"]
    if len(found) != 1:
        raise XdmIllisible("Les métadonnées d'un lot ne décrivent pas exactement un pointeur (KOS).")
    return found[0]


def _href(document: etree._Element) -> str:
    include = document.find(f"{{{voc.XOP}}}Include")
    return "" if include is None else include.get("href", "")


def _index(sender: str) -> bytes:
    page = etree.Element("html", lang="fr")
    etree.SubElement(etree.SubElement(page, "head"), "title").text = "Archive XDM"
    body = etree.SubElement(page, "body")
    etree.SubElement(body, "p").text = f"Émetteur : {sender}"
    link = etree.SubElement(etree.SubElement(body, "p"), "a", href="README.TXT")
    link.text = "Lisez-moi"
    return etree.tostring(page, method="html", encoding="UTF-8", doctype="<!DOCTYPE html>")


def _readme(sender: str, software: str, count: int) -> bytes:
    lines = [
        f"Émetteur : {sender}",
        f"Logiciel : {software}",
        f"Contenu : {count} pointeurs d'examens d'imagerie (KOS), un dossier SS par examen sous IHE_XDM.",
        "Instructions : donner cette archive à une DRIMbox (commande « drimbox xdm importer »).",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8")
