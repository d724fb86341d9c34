# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a broken conversation raises."""

from __future__ import annotations

from drimbox.socle.pacs.errors import PacsRefuse


class ProtocoleRompu(PacsRefuse):
    """The other side does not follow PS3.7 or PS3.8: nothing more can be read from this association."""

    code = "pacs.protocole"
    message = "Le PACS ne suit pas le protocole DICOM."
    remede = "Vérifier que le port configuré est bien le port DICOM du PACS, avec ou sans TLS ; sinon prévenir l'éditeur du PACS."
    clause = "DICOM PS3.8 §9.3"
