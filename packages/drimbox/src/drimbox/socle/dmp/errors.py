# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the DMP.

::

    DmpRefuse           (PeerError)       the DMP said no, and will say no again: a person decides
    DmpReponseInvalide  (PeerError)       the DMP's answer cannot be read or does not match the question
    DmpIndisponible     (TransportError)  no usable answer: try again later
    DepotIncomplet      (OwnError)        the deposit cannot be built: a mandatory value is missing
    ProfessionInconnue  (OwnError)        the VIHF cannot be built: the professional's role is unknown
    SignataireInvalide  (OwnError)        the ORG SIGN certificate or its key cannot be used

The texts that the DMP writes beside its codes may quote the patient: only the codes are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from confiance.errors import OwnError, PeerError, TransportError

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{1,79}")
_IDENTIFIER_INSIDE = re.compile(r"[0-9]{5}")
_SHOWN_CODES = 5


def shown_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Keep the codes that can be shown: short words without a run of digits that could be an identifier."""
    kept = (code for code in codes if _CODE.fullmatch(code) and not _IDENTIFIER_INSIDE.search(code))
    return tuple(dict.fromkeys(kept))[:_SHOWN_CODES]


class DmpRefuse(PeerError):
    """The DMP refused the request; the same request would be refused again.

    Attributes:
        codes: error codes of the DMP (``XDSRepositoryMetadataError``, ``wsse:FailedAuthentication``, ``http.403``…).
    """

    code = "dmp.refus"
    message = "Le DMP a refusé la demande."
    remede = "Corriger la cause indiquée par le DMP, puis relancer l'envoi."
    clause = "IHE ITI TF-3 §4.2.4"

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self.codes = shown_codes(codes)
        super().__init__(f"Le DMP a refusé la demande ({', '.join(self.codes) or 'sans code'}).")


class DmpIndisponible(TransportError):
    """The DMP gave no usable answer: connection, silence, overload or failure on its side."""

    code = "dmp.indisponible"
    message = "Le DMP ne répond pas."
    remede = "L'envoi sera repris automatiquement ; vérifier l'adresse du DMP et les certificats si cela dure."

    def __init__(self, message: str | None = None, *, codes: Iterable[str] = ()) -> None:
        self.codes = shown_codes(codes)
        super().__init__(message)


class DmpReponseInvalide(PeerError):
    """The DMP answered something that is not the answer to the question."""

    code = "dmp.reponse_invalide"
    message = "La réponse du DMP est illisible."
    remede = "Vérifier l'adresse du service DMP, puis relancer."
    clause = "IHE ITI TF-2 §3.18, §3.41, §3.43"


class DepotIncomplet(OwnError):
    """A value that the DMP requires is missing from what must be deposited.

    Attributes:
        manques: French names of the missing values.
    """

    code = "dmp.depot_incomplet"
    message = "Le dépôt au DMP est impossible : il manque une information obligatoire."
    remede = "Compléter le compte rendu à la source (RIS), qui le renverra."
    clause = "CI-SIS, volet Partage de documents de santé"

    def __init__(self, manques: Iterable[str]) -> None:
        self.manques = tuple(manques)
        super().__init__(f"Le dépôt au DMP est impossible, il manque : {', '.join(self.manques)}.")


class ProfessionInconnue(OwnError):
    """The DMP wants the profession of who asks, and the specialty of physicians and pharmacists."""

    code = "dmp.profession_inconnue"
    message = "La profession ou le savoir-faire du professionnel est inconnu."
    remede = "Vérifier la situation d'exercice choisie (Pro Santé Connect), ou l'auteur du compte rendu."
    clause = "CI-SIS, volet Transport synchrone (VIHF)"


class SignataireInvalide(OwnError):
    """The ORG SIGN certificate or its private key cannot be used."""

    code = "dmp.signataire"
    message = "Le certificat ORG SIGN ou sa clé est inutilisable."
    remede = "Vérifier [dmp.sign] : certificat PEM et clé RSA correspondante, fichier 0600."
