# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A contextual call as bytes, to be sealed before it is kept."""

from __future__ import annotations

import json
from dataclasses import asdict

from drimbox.conso.appel.parameters import Accord, AppelRecu
from drimbox.socle.personnes import Identifiant, Patient, TraitsPatient


def to_bytes(recu: AppelRecu) -> bytes:
    """Return the call as bytes."""
    return json.dumps({"patient": asdict(recu.patient), "accord": recu.accord.value, "situation": recu.situation}).encode()


def from_bytes(data: bytes) -> AppelRecu:
    """Take back what :func:`to_bytes` gave."""
    values = json.loads(data)
    patient = values["patient"]
    return AppelRecu(
        Patient(Identifiant(**patient["ins"]), Identifiant(**patient["ipp"]), TraitsPatient(**patient["traits"])),
        Accord(values["accord"]),
        values["situation"],
    )
