# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way of one exam, as steps that a person reads from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import FOR_A_PERSON, ActionEnvoi, EtatEnvoi
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.states import WAITING, EtatExamen

_TITRES = {
    ActionEnvoi.PUBLIER: gettext_lazy("Dépôt au DMP"),
    ActionEnvoi.REMPLACER: gettext_lazy("Remplacement au DMP"),
    ActionEnvoi.RETIRER: gettext_lazy("Retrait du DMP"),
    ActionEnvoi.VISIBILITE: gettext_lazy("Changement de visibilité au DMP"),
}
_OVER = frozenset({EtatEnvoi.DEPOSE, EtatEnvoi.FAIT, EtatEnvoi.ABANDONNE})
FAIT, EN_COURS, ARRETE, A_VENIR = "fait", "en-cours", "arrete", "a-venir"
_BEFORE_KOS = {**dict.fromkeys(WAITING, EN_COURS), EtatExamen.A_VERIFIER: ARRETE}
"""How the images of the last report stand while its pointer is not made, whatever an earlier report left."""


@dataclass(frozen=True, slots=True)
class EtapeExamen:
    """One step.

    Attributes:
        titre: its name.
        etat: fait, en-cours, arrete or a-venir.
        at: when it was reached.
        detail: what was found.
        code: why it waits or stopped.
        next_attempt_at: when it is tried again.
    """

    titre: str | Promise
    etat: str
    at: datetime | None = None
    detail: str = ""
    code: str = ""
    next_attempt_at: datetime | None = None


def steps(examen: Examen, kos: Kos | None, envois: list[Envoi]) -> list[EtapeExamen]:
    """Return the five steps of an exam, and what stops its images afterwards.

    A newer report starts the steps again: what an earlier one asked of the DMP comes before them.
    """
    message, anew = examen.message, examen.state in _BEFORE_KOS
    depots = [_depot(envoi) for envoi in envois]
    return [
        *(depots if anew else []),
        EtapeExamen(_("Message reçu"), FAIT, message.received_at, f"{message.trigger} · {message.sending_application or message.peer}"),
        EtapeExamen(_("Rapport lu"), FAIT, examen.created_at, examen.compte_rendu),
        _images(examen, kos),
        _kos(None if anew else kos),
        *([_no_depot(examen)] if anew or not depots else depots),
        *_partage(examen),
    ]


def _images(examen: Examen, kos: Kos | None) -> EtapeExamen:
    titre = _("Images au PACS, identité comparée")
    if examen.state in _BEFORE_KOS:
        return EtapeExamen(titre, _BEFORE_KOS[EtatExamen(examen.state)], examen.changed_at, "", examen.code, examen.next_attempt_at)
    if kos is not None:
        series = ngettext("%(n)d série", "%(n)d séries", kos.series_count) % {"n": kos.series_count}
        instances = ngettext("%(n)d instance", "%(n)d instances", kos.instances_count) % {"n": kos.instances_count}
        return EtapeExamen(titre, FAIT, kos.created_at, f"{kos.db} · {series}, {instances} · {kos.modalites}")
    return EtapeExamen(titre, A_VENIR)  # withdrawn before its images were found


def _kos(kos: Kos | None) -> EtapeExamen:
    if kos is None:
        return EtapeExamen(_("Pointeur (KOS) construit"), A_VENIR)
    return EtapeExamen(_("Pointeur (KOS) construit"), FAIT, kos.created_at, kos.sop_instance_uid)


def _partage(examen: Examen) -> list[EtapeExamen]:
    """Return what stops the images of a published exam, for a person to read; nothing is shown of what goes well."""
    if examen.state != EtatExamen.PATIENT_CHANGE:
        return []
    return [EtapeExamen(_("Images partagées"), ARRETE, examen.changed_at, "", examen.code)]


def _depot(envoi: Envoi) -> EtapeExamen:
    etat = FAIT if envoi.state in _OVER else ARRETE if envoi.state in FOR_A_PERSON else EN_COURS
    essais = ngettext("%(n)d essai", "%(n)d essais", envoi.attempts) % {"n": envoi.attempts}
    abandon = str(EtatEnvoi.ABANDONNE.label) if envoi.state == EtatEnvoi.ABANDONNE else ""
    detail = " · ".join(part for part in (essais, envoi.dmp_codes, abandon) if part)
    return EtapeExamen(
        _TITRES[ActionEnvoi(envoi.action)], etat, envoi.answered_at or envoi.created_at, detail, envoi.code, envoi.next_attempt_at
    )


def _no_depot(examen: Examen) -> EtapeExamen:
    if examen.state == EtatExamen.SANS_DEPOT:
        return EtapeExamen(_("Dépôt au DMP"), FAIT, None, _("Le message ne demande pas de dépôt (DESTDMP = N)."))
    return EtapeExamen(_("Dépôt au DMP"), A_VENIR)
