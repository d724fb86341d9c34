# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with the DMP.

::

    DmpRefuse           (PeerError)       the DMP said no, and will say no again: a person decides
      SansDmp                             because the patient has no record
    DmpReponseInvalide  (PeerError)       the DMP's answer cannot be read or does not match the question
      TropDeReponses                      because there is too much of it: ask for less
    DmpIndisponible     (TransportError)  no usable answer: try again later
    DepotIncomplet      (OwnError)        the deposit cannot be built: a mandatory value is missing
    ProfessionInconnue  (OwnError)        the VIHF cannot be built: the professional's role is unknown
    SignataireInvalide  (OwnError)        the ORG SIGN certificate or its key cannot be used
    XdmIllisible        (PeerError)       a lot of an XDM archive cannot be read, or is not for this DRIMbox

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


class SansDmp(DmpRefuse):
    """The DMP refused because the patient has no record, or has closed it: it said so itself when asked (TD 0.2)."""

    code = "dmp.sans_dmp"
    message = "Ce patient n'a pas de DMP, ou son DMP est fermé."
    remede = (
        "Rien à corriger : l'examen reste ici, et peut être remis par une archive XDM ; relancer l'envoi si le DMP est ouvert plus tard."
    )
    clause = "DMP, TD 0.2"

    def __init__(self, codes: Iterable[str] = ()) -> None:
        super().__init__(codes)
        self.message = type(self).message


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


class TropDeReponses(DmpReponseInvalide):
    """There is more than one answer may hold: the same question, about less, can be answered."""

    code = "dmp.trop_de_reponses"
    message = "Le DMP a trop de documents à rendre en une fois."
    remede = "Restreindre la recherche à une période plus courte."
    clause = "IHE ITI TF-3 §4.2.4 (XDSTooManyResults)"


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


class XdmIllisible(PeerError):
    """A lot of an XDM archive cannot be read, or is not what it says."""

    code = "dmp.xdm_illisible"
    message = "Un lot de l'archive XDM est illisible."
    remede = "Demander une nouvelle archive à celui qui l'a faite."
    clause = "IHE ITI TF-2 §3.32"


class XdmEtranger(PeerError):
    """A pointer of an XDM archive names a couple that this DRIMbox does not serve, or contradicts what it holds."""

    code = "dmp.xdm_etranger"
    message = "Ce pointeur nomme une adresse que cette DRIMbox ne sert pas."
    remede = "Déclarer le couple dans [[couples]] avant d'importer ses pointeurs."
    clause = "CI-SIS, volet IMG-KOS, RetrieveURL"


class XdmContredit(PeerError):
    """This DRIMbox already has another pointer of the same study."""

    code = "dmp.xdm_contredit"
    message = "Cette DRIMbox a déjà un autre pointeur pour cet examen."
    remede = "Comparer les deux pointeurs dans la console avant d'agir ; rien n'a été changé."
