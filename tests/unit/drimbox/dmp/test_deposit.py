# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from email.message import Message
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import Expediteur, build_deposit, envelope_of, is_expired, renew_deposit
from drimbox.socle.dmp.errors import DepotIncomplet, DmpReponseInvalide, ProfessionInconnue
from drimbox.socle.dmp.model import LimitesDmp, RequeteDepot
from drimbox.socle.dmp.registry import read_entry
from drimbox.socle.dmp.vihf import build_vihf
from drimbox.socle.personnes import Code, Identifiant, Patient, Structure
from tests.unit.drimbox.dmp.samples import CONSULTATION, INS, KOS_UID, MEDECIN, NOW, PATIENT, STUDY_UID, kos_a_deposer

LIMITS = LimitesDmp()
RIM = {"rim": voc.RIM}


def parsed(requete: RequeteDepot) -> Message:
    return BytesParser().parsebytes(b"Content-Type: " + requete.content_type.encode() + b"\r\n\r\n" + requete.body)


def attachments(requete: RequeteDepot) -> list[tuple[str, str, bytes]]:
    _envelope, *parts = parsed(requete).get_payload()
    return [(part["Content-ID"], part["Content-Type"], part.get_payload(decode=True)) for part in parts]


def request_body(requete: RequeteDepot) -> etree._Element:
    return etree.fromstring(envelope_of(requete, LIMITS).body)


def slot(element: etree._Element, name: str) -> list[str]:
    return element.xpath("rim:Slot[@name=$name]/rim:ValueList/rim:Value/text()", name=name, namespaces=RIM)


def entry(requete: RequeteDepot, identifier: str) -> etree._Element:
    return request_body(requete).xpath("//rim:ExtrinsicObject[@id=$id]", id=identifier, namespaces=RIM)[0]


def confidentialities(element: etree._Element) -> list[str]:
    path = "rim:Classification[@classificationScheme=$scheme]/@nodeRepresentation"
    return element.xpath(path, scheme=voc.DE_CONFIDENTIALITY, namespaces=RIM)


def test_standard_library_recovers_the_kos_and_the_signature(expediteur: Expediteur) -> None:
    kos = kos_a_deposer()
    requete = build_deposit(kos, expediteur, NOW)
    message = parsed(requete)
    parts = {part["Content-ID"]: part.get_payload(decode=True) for part in message.get_payload()}
    assert not message.defects
    assert list(parts.values())[1] == kos.contenu
    assert b"IHEManifest" in list(parts.values())[2]
    assert parts[f"<{message.get_param('start').strip('<>')}>"].startswith(b"<?xml")


def test_entry_of_the_kos_says_what_the_cross_validation_rules_ask(expediteur: Expediteur) -> None:
    kos = kos_a_deposer()
    fiche = entry(build_deposit(kos, expediteur, NOW), "DocumentKOS")
    assert slot(fiche, "hash") == [hashlib.sha1(kos.contenu, usedforsecurity=False).hexdigest()]
    assert slot(fiche, "size") == [str(len(kos.contenu))]
    assert slot(fiche, "serviceStartTime") == ["20210108092500"]
    assert slot(fiche, "serviceStopTime") == ["20210108101700"]
    assert slot(fiche, "sourcePatientId") == ["279035121518989^^^&1.2.250.1.213.1.4.10&ISO^PI"]
    assert slot(fiche, "sourcePatientInfo") == ["PID-5|PAT-TROIS^DOMINIQUE^^^^^L", "PID-7|19790328", "PID-8|F"]
    assert slot(fiche, voc.REFERENCE_ID_LIST) == [
        "ACN101^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:accession",
        f"{STUDY_UID}^^^&1.2.3.4.5.6&ISO^urn:ihe:iti:xds:2016:studyInstanceUID",
        "OPN101^^^&2.999.6&ISO^urn:ihe:iti:xds:2013:order",
    ]
    assert slot(fiche, "legalAuthenticator") == ["801234560801^DOC^CAMILLE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"]
    institutions = fiche.xpath(".//rim:Slot[@name='authorInstitution']//rim:Value/text()", namespaces=RIM)
    assert institutions == [r"Centre d'imagerie \T\ radiologie^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0174462"]


def test_our_reader_understands_the_entry_we_write(expediteur: Expediteur) -> None:
    kos = kos_a_deposer()
    fiche = read_entry(entry(build_deposit(kos, expediteur, NOW), "DocumentKOS"))
    assert fiche.is_kos
    assert (fiche.unique_id, fiche.study_instance_uid, fiche.patient_ins) == (KOS_UID, STUDY_UID, INS)
    assert (fiche.accession, fiche.order) == (kos.accession, kos.order)
    assert (fiche.debut, fiche.fin, fiche.creation) == (kos.debut, kos.fin, kos.created_at)
    assert [code.code for code in fiche.modalites + fiche.regions + fiche.actes] == ["CT", "774007", "24727-0"]
    assert fiche.institution == "Centre d'imagerie & radiologie"


def test_flags_are_added_to_the_confidentiality_and_never_replace_it(expediteur: Expediteur) -> None:
    kos = kos_a_deposer(flags=frozenset({"INVISIBLE_REP_LEGAUX", "MASQUE_PS", "ACK_RECEPTION"}))
    requete = build_deposit(kos, expediteur, NOW)
    assert confidentialities(entry(requete, "DocumentKOS")) == ["N", "INVISIBLE_REPRESENTANTS_LEGAUX", "MASQUE_PS"]
    assert confidentialities(entry(requete, "Signature01")) == ["N", "MASQUE_PS", "INVISIBLE_PATIENT"]


@pytest.mark.parametrize("flag", ["CONNEXION_SECRETE", "INVISIBLE_A_TOUS"])
def test_a_visibility_that_cannot_be_expressed_stops_the_deposit(expediteur: Expediteur, flag: str) -> None:
    with pytest.raises(DepotIncomplet, match=flag):
        build_deposit(kos_a_deposer(flags=frozenset({flag})), expediteur, NOW)


def test_every_missing_value_is_named_at_once(expediteur: Expediteur) -> None:
    kos = kos_a_deposer(patient=Patient(None, None, PATIENT.traits), auteur=None, authentificateur=None, cadre_exercice=None, debut=None)
    with pytest.raises(DepotIncomplet) as caught:
        build_deposit(kos, expediteur, NOW)
    assert len(caught.value.manques) == 4
    assert "INS" in caught.value.message


def roles(requete: RequeteDepot) -> list[str]:
    assertion = etree.fromstring(envelope_of(requete, LIMITS).assertion)
    return [role.get("code", "") for role in assertion.iter("{urn:hl7-org:v3}Role")]


@pytest.mark.parametrize(
    ("profession", "expected"),
    [
        (None, ["10", "SM44"]),
        (Code("10", "1.2.250.1.71.1.2.7"), ["10", "SM44"]),
        (Code("G15_10/SM28", "1.2.250.1.213.1.1.4.5"), ["10", "SM28"]),
        (Code("60", "1.2.250.1.71.1.2.7"), ["60"]),
    ],
)
def test_roles_that_the_report_does_not_tell_come_from_the_settings(
    expediteur: Expediteur, profession: Code | None, expected: list[str]
) -> None:
    assert roles(build_deposit(kos_a_deposer(auteur=replace(MEDECIN, profession=profession)), expediteur, NOW)) == expected


def test_a_pharmacist_without_specialty_stops_the_deposit(expediteur: Expediteur) -> None:
    auteur = replace(MEDECIN, profession=Code("21", "1.2.250.1.71.1.2.7", "Pharmacien"))
    with pytest.raises(DepotIncomplet, match="savoir-faire"):
        build_deposit(kos_a_deposer(auteur=auteur), expediteur, NOW)


def test_a_professional_without_profession_cannot_consult(expediteur: Expediteur) -> None:
    contexte = replace(CONSULTATION, professionnel=replace(MEDECIN, profession=None))
    with pytest.raises(ProfessionInconnue):
        build_vihf(contexte, expediteur.logiciel, expediteur.signataire, NOW, LIMITS)


def test_two_submissions_never_share_an_identifier(expediteur: Expediteur) -> None:
    first, second = (build_deposit(kos_a_deposer(), expediteur, NOW) for _ in range(2))

    def identifiers(requete: RequeteDepot) -> set[str]:
        schemes = (voc.SS_UNIQUE_ID, voc.DE_UNIQUE_ID)
        found = request_body(requete).iter(f"{{{voc.RIM}}}ExternalIdentifier")
        return {e.get("value") for e in found if e.get("identificationScheme") in schemes}

    assert identifiers(first) & identifiers(second) == {KOS_UID}


def test_a_request_expires_before_its_assertion_and_its_renewal_keeps_the_submission(expediteur: Expediteur) -> None:
    requete = build_deposit(kos_a_deposer(), expediteur, NOW)
    later = NOW + timedelta(hours=3)
    assert not is_expired(requete, LIMITS, NOW)
    assert is_expired(requete, LIMITS, NOW + LIMITS.vihf_validity - LIMITS.clock_skew)
    renewed = renew_deposit(requete, expediteur, later)
    assert not is_expired(renewed, LIMITS, later)
    old, new = envelope_of(requete, LIMITS), envelope_of(renewed, LIMITS)
    assert new.body == old.body
    assert attachments(renewed) == attachments(requete)
    assert new.message_id != old.message_id
    assert new.assertion != old.assertion


@pytest.mark.parametrize("body", [b"", b"--x\r\n\r\nnothing\r\n--x--\r\n", b"\xff" * 50])
def test_a_kept_request_that_is_not_ours_is_refused(body: bytes) -> None:
    requete = RequeteDepot('multipart/related; boundary="x"', voc.ACTION_DEPOT, body)
    with pytest.raises(DmpReponseInvalide):
        envelope_of(requete, LIMITS)


def test_nothing_of_the_patient_shows_in_a_repr(expediteur: Expediteur) -> None:
    kos = kos_a_deposer()
    shown = f"{kos!r} {build_deposit(kos, expediteur, NOW)!r} {kos.patient!r}"
    assert INS.value not in shown
    assert "PAT-TROIS" not in shown


@given(text=st.text(max_size=40))
def test_no_text_of_a_report_or_of_a_login_makes_the_builder_fail_otherwise(expediteur: Expediteur, text: str) -> None:
    auteur = replace(MEDECIN, identifiant=text or "1", nom=text, prenom=text)
    structure = Structure(text or "1", text)
    code = Code(text or "1", "2.999", text)
    kos = kos_a_deposer(auteur=auteur, structure=structure, acte=code, accession=Identifiant(text or "1", "2.999"), regions=(code,))
    requete = build_deposit(kos, expediteur, NOW)
    assert read_entry(entry(requete, "DocumentKOS")).unique_id == KOS_UID
