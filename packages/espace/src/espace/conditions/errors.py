# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What conditions refuse."""

from __future__ import annotations

from confiance.errors import PeerError

_GUIDE = "Guide d'intégration §2.0"


class ConditionRefusee(PeerError):
    """A condition cannot be recorded as asked."""

    code = "conditions.condition_refusee"
    message = "Cette condition ne peut pas être enregistrée ainsi."
    remede = "Corrigez la saisie."


class ConditionInconnue(PeerError):
    """No such row, or no longer in force."""

    code = "conditions.condition_inconnue"
    message = "Cette ligne n'existe pas, ou n'est plus en vigueur."
    remede = "Rechargez la page."


class ConteneurRefuse(PeerError):
    """A container cannot be asked, given or cancelled now."""

    code = "conditions.conteneur_refuse"
    message = "Ce conteneur ne peut pas être traité ainsi."
    remede = "Rechargez la page : son état a peut-être changé."
    clause = _GUIDE


class SecretDetruit(PeerError):
    """The password was read, is too old, or its container is void; there is no copy."""

    code = "conditions.secret_detruit"
    message = "Ce mot de passe n'existe plus ici : il a été lu, ou son délai est passé."
    remede = "Si vous ne l'avez pas, demandez un nouveau conteneur : l'ancien ne vaudra plus rien."
    clause = _GUIDE


class TropDeNominations(PeerError):
    """This Operateur names too often, or this person too often for this name."""

    code = "conditions.trop_de_nominations"
    message = "Votre Opérateur a nommé trop de personnes en 24 heures."
    remede = "Reprenez demain. Si c'est urgent, écrivez à l'administrateur."


class NominationRefusee(PeerError):
    """This person cannot be named administrateur technique, or not by this one."""

    code = "conditions.nomination_refusee"
    message = "Cette nomination est refusée."
    remede = "Le représentant légal ou un mandataire nomme, nom par nom, pour un nom dont l'attestation est délivrée."
    clause = "Guide d'intégration §2.1, étape 3"
