# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The companion of the Liste Blanche: its signed head (Tete) and the log of every list published (Journal des listes).

Bytes in, decisions out: no socket, no clock. The format is told, with test vectors, in ``docs/formats/tete.md``.
"""

from confiance.transparence.cles import ClePrivee, ClePublique, SignsTete, Trousseau, journal_id
from confiance.transparence.feuille import Feuille
from confiance.transparence.jws import Signature, assemble, sign_payload
from confiance.transparence.liste_et_tete import EtatTete, Lecteur, TeteLimits
from confiance.transparence.merkle import Noeud, Noeuds, NoeudsEnMemoire
from confiance.transparence.preuves import PreuveConsistance, PreuveInclusion
from confiance.transparence.refusals import TeteRefused, TransparenceRefused
from confiance.transparence.reperes import Contradiction, Divergence, Repere, compare
from confiance.transparence.suivi import Equivoque, TeteMemory, TrustedTete
from confiance.transparence.tete import CrlNommee, SignataireAnnonce, Tete, payload_of, sha256_of
from confiance.transparence.verifier import TetePolicy, TeteVerifiee, verify_tete

__all__ = [
    "ClePrivee",
    "ClePublique",
    "Contradiction",
    "CrlNommee",
    "Divergence",
    "Equivoque",
    "EtatTete",
    "Feuille",
    "Lecteur",
    "Noeud",
    "Noeuds",
    "NoeudsEnMemoire",
    "PreuveConsistance",
    "PreuveInclusion",
    "Repere",
    "SignataireAnnonce",
    "Signature",
    "SignsTete",
    "Tete",
    "TeteLimits",
    "TeteMemory",
    "TetePolicy",
    "TeteRefused",
    "TeteVerifiee",
    "TransparenceRefused",
    "Trousseau",
    "TrustedTete",
    "assemble",
    "compare",
    "journal_id",
    "payload_of",
    "sha256_of",
    "sign_payload",
    "verify_tete",
]
