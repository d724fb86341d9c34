# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a RIS prints in its reports: the name of the visionneuse of each PACS, and the model of its link. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from confiance.fqdn import VISIONNEUSE_PATH
from drimbox.config import DrimboxSettings

_QUERY = "requestType=STUDY&studyUID={StudyInstanceUID}&Accessionnumber={racine}.{numero}&idCDA={ClinicalDocument.id}"
CHAMPS = {
    "StudyInstanceUID": "StudyInstanceUID de l'examen, celui de serviceEvent/id",
    "racine": "OID de l'autorité du numéro de demande (accessionNumber, attribut root)",
    "numero": "numéro de demande (accessionNumber, attribut extension)",
    "ClinicalDocument.id": "identifiant du compte rendu (ClinicalDocument/id, attribut root)",
}
"""What each part of the model between braces stands for (profile FR DICOM SOP instance observation of the CI-SIS)."""


@dataclass(frozen=True, slots=True)
class LienRis:
    """The link of one RIS towards one PACS.

    Attributes:
        ris: name of the RIS in the settings; empty when they name none.
        pacs: name of the PACS.
        vi: name of its visionneuse.
        modele: the link, its variable parts between braces.
    """

    ris: str
    pacs: str
    vi: str
    modele: str


def liens(settings: DrimboxSettings, ris: str = "") -> tuple[LienRis, ...]:
    """Return the links of every RIS, or of one.

    Args:
        settings: RIS and couples.
        ris: name of a RIS; all of them when empty.
    """
    names = [known.name for known in settings.reception.ris] or [""]
    return tuple(
        LienRis(name, couple.pacs, couple.vi, f"https://{couple.vi}{VISIONNEUSE_PATH}?{_QUERY}")
        for name in names
        if ris in {"", name}
        for couple in settings.couples_of_ris(name)
    )
