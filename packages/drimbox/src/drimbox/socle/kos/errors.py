# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a KOS cannot be used."""

from __future__ import annotations

from confiance.errors import PeerError


class KosIllisible(PeerError):
    """These bytes are not a DICOM Key Object Selection that can be read."""

    code = "kos.illisible"
    message = "Ce document n'est pas un pointeur d'examen (KOS) lisible."
    remede = "Demander au producteur du document de le publier à nouveau."
    clause = "DICOM PS3.3 A.35.4 et C.17.6 ; IHE RAD XDS-I.b"


class KosTropGros(KosIllisible):
    """The document exceeds a limit of the reader."""

    code = "kos.trop_gros"
    message = "Ce pointeur d'examen (KOS) dépasse la taille admise."
    clause = ""


class KosIncomplet(KosIllisible):
    """A KOS, but it does not name what it points to."""

    code = "kos.incomplet"
    message = "Ce pointeur d'examen (KOS) ne désigne aucune image."
    clause = "DICOM PS3.3 C.17.6.2.1 (Current Requested Procedure Evidence Sequence)"


class KosIdentifiant(KosIllisible):
    """A study, a series or an object is named by something that is not a DICOM UID."""

    code = "kos.identifiant"
    message = "Ce pointeur d'examen (KOS) contient un identifiant qui n'est pas un UID DICOM."
    clause = "DICOM PS3.5 §9"


class KosPlusieursExamens(KosIllisible):
    """The evidence spans several studies: this mesh files, fetches and authorises one study per KOS."""

    code = "kos.plusieurs_examens"
    message = "Ce pointeur (KOS) désigne plusieurs examens à la fois."
    clause = "CI-SIS, volet IMG-KOS (un KOS par examen)"
