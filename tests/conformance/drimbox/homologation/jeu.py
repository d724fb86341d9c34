# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The homologation exams as messages and images: the public facts about them, put back in the form in which a RIS and a PACS give them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from pydicom import dcmread

from banc.jeux import make_images, make_message
from drimbox.socle.personnes import Patient
from tests.conformance.drimbox.pointeur.examens import V3, identite, report, study

V3_NAMESPACE = "urn:hl7-org:v3"
FLAGS_OF_THE_VOLET = (
    "MASQUE_PS",
    "INVISIBLE_PATIENT",
    "INVISIBLE_REP_LEGAUX",
    "CONNEXION_SECRETE",
    "MODIF_CONF_CODE",
    "DESTDMP",
    "DESTMSSANTEPS",
    "DESTMSSANTEPAT",
    "ACK_RECEPTION",
    "ACK_LECTURE_MSS",
)
TAILS = {("G1_MAJ", "F"): "EXCERPT_CR_G1_MAJ-ORU_tail.hl7", ("I", "D"): "EXCERPT_CR_I_Depublication-ORU_tail.hl7"}


@cache
def exam_facts(shared_data: Path, exam: str) -> dict[str, Any]:
    """Return everything that is known of an exam."""
    exams = json.loads((shared_data / "homologation" / "exams.json").read_text(encoding="utf-8"))["exams"]
    return next(item for item in exams if item["exam"] == exam)


def cda(shared_data: Path, exam: str) -> bytes:
    """Return the report of an exam: its own id, and the document it replaces, as the facts give them."""
    told = exam_facts(shared_data, exam)["cda"]
    root = etree.fromstring(report(shared_data, exam))
    root.find("h:id", V3).set("root", told["id"]["root"])
    root.find("h:versionNumber", V3).set("value", str(told["versionNumber"]))
    if told["relatedDocument"]:
        parent = told["relatedDocument"]["parentDocument"]["root"]
        related = etree.Element(f"{{{V3_NAMESPACE}}}relatedDocument", typeCode="RPLC")
        etree.SubElement(etree.SubElement(related, f"{{{V3_NAMESPACE}}}parentDocument"), f"{{{V3_NAMESPACE}}}id", root=parent)
        root.find("h:componentOf", V3).addprevious(related)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def oru(shared_data: Path, exam: str, *, status: str = "F", control_id: str = "") -> bytes:
    """Return the ORU^R01 of an exam; its end is the published one where it was published, or made from its flags."""
    number = f"{control_id or exam}-{status}"
    lines = [
        f"MSH|^~\\&|RIS|CENTRE|DRIMBOX|CENTRE|{number}||ORU^R01^ORU_R01|{number}|P|2.5|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2",
        _pid(identite(shared_data, exam).patient),
        "PV1|1|I",
        "ORC|NW",
        "OBR|1|984375862^RIS|09011600123^RIS|18748-4^CR d'imagerie médicale^LN",
    ]
    encoded = base64.b64encode(cda(shared_data, exam)).decode()
    tail = TAILS.get((exam, status))
    if tail is None:
        text = _tail(shared_data, exam, status)
    else:
        text = (shared_data / "hl7" / tail).read_text(encoding="utf-8")
        text = text[text.index("OBX|1|") :]
    return "\r".join([*lines, *text.replace("{{CDA_BASE64}}", encoded).splitlines()]).encode("utf-8") + b"\r"


def mdm(shared_data: Path, exam: str, event: str, control_id: str) -> bytes:
    """Return the MDM of an exam, TXA-12, TXA-13 and flags as the facts give them."""
    told = exam_facts(shared_data, exam)["cda"]
    message = make_message(
        cda(shared_data, exam), identite(shared_data, exam), control_id=control_id, event=event, flags=_flags(shared_data, exam)
    )
    lines = message.decode().split("\r")
    rank = next(number for number, line in enumerate(lines) if line.startswith("TXA|"))
    fields = lines[rank].split("|")
    fields[12] = told["id"]["root"]
    fields[13] = told["relatedDocument"]["parentDocument"]["root"] if told["relatedDocument"] else ""
    lines[rank] = "|".join(fields)
    return "\r".join(lines).encode()


def omi(shared_data: Path, control_id: str = "20240912001") -> bytes:
    """Return the published cancellation of exam W, its placeholders filled as its sender does."""
    text = (shared_data / "hl7" / "CR_W_Suppression-OMI.hl7").read_text(encoding="utf-8")
    for name in ("applicationSupplier", "facilitySupplier", "applicationReceiver", "facilityReceiver"):
        text = text.replace(f"{{{{{name}}}}}", name)
    return text.replace("{{idMessage}}", control_id).encode()


def images(shared_data: Path, folder: Path, *exams: str, images_of: str = "A") -> Path:
    """Write the images of exams: those of the patient that all exams share, under the modality that their PACS gives."""
    for exam in exams:
        whole = identite(shared_data, exam)
        patient = identite(shared_data, images_of).patient
        made = make_images(folder / exam, replace(whole, patient=patient), slices=1).folder
        modality = study(shared_data, exam).series[0].modality
        for path in made.iterdir():
            dataset = dcmread(path)
            dataset.Modality = modality
            dataset.save_as(path)
            path.rename(folder / f"{exam}-{path.name}")
        made.rmdir()
    return folder


def _tail(shared_data: Path, exam: str, status: str) -> str:
    told = next(item for item in exam_facts(shared_data, exam)["hl7v2"] if item.get("flags"))
    kind = told["flag_obx_datatype"]
    lines = [f"OBX|1|ED|18748-4^CR d'imagerie médicale^LN||^TEXT^XML^Base64^{{{{CDA_BASE64}}}}||||||{status}|"]
    values = ((code, told["flags"].get(code, "N")) for code in FLAGS_OF_THE_VOLET)
    lines += [f"OBX|{n}|{kind}|{code}^^MetaDMPMSS||{value}^^expandedYes-NoIndicator||||||F|" for n, (code, value) in enumerate(values, 2)]
    return "\n".join(lines)


def _flags(shared_data: Path, exam: str) -> dict[str, bool]:
    told: dict[str, str] = next(item["flags"] for item in exam_facts(shared_data, exam)["hl7v2"] if item.get("flags"))
    return {code: answer == "Y" for code, answer in told.items()}


def _pid(patient: Patient) -> str:
    traits, ins, ipp = patient.traits, patient.ins, patient.ipp
    assert ins is not None
    assert ipp is not None
    ids = f"{ins.value}^^^ASIP-SANTE-INS-NIR&{ins.oid}&ISO^INS^^~{ipp.value}^^^AUT-AFFECTATION&{ipp.oid}&ISO^PI"
    names = f"{traits.nom_naissance}^{traits.premier_prenom}^{traits.prenoms_naissance}^^^^L~{traits.nom_utilise or ''}^^^^^^D"
    return f"PID|||{ids}||{names}||{traits.date_naissance}|{traits.sexe}|||^^^^^^BDL^^{traits.lieu_naissance}|||||||||||||||||||||N|VALI"
