# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The form of a decision: what the arrow of the table asks for, and nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from espace.guichet.models import Dossier
from espace.instruction.errors import MotifManquant
from espace.instruction.motifs import MotifRefus
from espace.instruction.parcours import Transition
from espace.instruction.rules import MAX_MOTIF, MAX_REMEDIATION, PRECISIONS
from espace.web.console.requete import sentence

STOPS = frozenset({"refuse", "exclude"})
"""Decisions that stop a dossier or a Drimbox: their button is not like the others."""


class Decision(forms.Form):
    """What an agent writes with a decision.

    Args:
        arrow: the step.
        envoi: what was sent, None when the form is only shown.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    motifs = forms.MultipleChoiceField(label=_("Motifs"), choices=MotifRefus.choices, widget=forms.CheckboxSelectMultiple, required=False)
    motif = forms.CharField(
        label=_("Motif, notifié par écrit à l'Opérateur"),
        required=False,
        max_length=MAX_MOTIF,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    jours = forms.IntegerField(label=_("Délai, en jours ouvrés"), required=False, min_value=1, max_value=365)
    remediation_jours = forms.IntegerField(
        label=_("Délai de remédiation, en jours"), required=False, min_value=1, max_value=MAX_REMEDIATION
    )

    def __init__(self, arrow: Transition, dossier: Dossier, envoi: QueryDict | None = None) -> None:
        super().__init__(envoi, auto_id=f"{arrow.verb}_%s", initial={"version": dossier.version})
        self.arrow = arrow
        allowed = PRECISIONS.get(arrow.verb, frozenset())
        chosen = arrow.echeance is not None and arrow.echeance.au_choix
        shown = {
            "motif": arrow.motif_requis,
            "motifs": "motifs" in allowed and dossier.parcours != "va",
            "jours": "jours" in allowed and chosen,
            "remediation_jours": "remediation_jours" in allowed,
        }
        for name in (name for name, wanted in shown.items() if not wanted):
            del self.fields[name]
        if "motif" in self.fields:
            self._reason(alone="motifs" not in self.fields)
        self._usual("jours", arrow.echeance.reglage if arrow.echeance else "")
        self._usual("remediation_jours", "remediation_jours")

    def _reason(self, *, alone: bool) -> None:
        """Say beside the field whether the reason must be written, before it is refused for want of it."""
        field = self.fields["motif"]
        if alone:
            field.required, field.error_messages["required"] = True, sentence(MotifManquant())
        else:
            field.help_text = _("À écrire si aucun motif n'est coché ; il complète ceux qui le sont.")

    @property
    def simple(self) -> bool:
        """Whether a button is enough."""
        return set(self.fields) == {"version"}

    @property
    def arrete(self) -> bool:
        """Whether the decision stops something."""
        return self.arrow.verb in STOPS

    def precisions(self) -> dict[str, Any]:
        """Return what was said beside the reason."""
        said = {name: self.cleaned_data.get(name) for name in ("motifs", "jours", "remediation_jours")}
        return {name: value for name, value in said.items() if value}

    def _usual(self, name: str, reglage: str) -> None:
        if name in self.fields:
            days = getattr(settings.ESPACE.instruction, reglage)
            self.fields[name].help_text = format_lazy(_("Vide : {jours} jours."), jours=days)
