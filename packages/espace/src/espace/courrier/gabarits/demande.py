# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Words that every parcours shares. ``demande`` is how each names itself: « demande de déclaration »."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from espace.courrier.gabarit import Gabarit, Phrase, Vers

Gabarits = tuple[Gabarit, ...]
PORTAIL = "/portail/"
CONSOLE = "/console/"
_COMMENTAIRE = Phrase(_("Ce que l'administrateur ajoute :\n%(motif)s"), si="motif")


def to_operateur(sujet: str | Promise, *phrases: Phrase | str | Promise, demande: str | Promise = "") -> Gabarit:
    """Return a mail to the Operateur, that leads to the portail."""
    return Gabarit(Vers.OPERATEUR, sujet, _phrases(phrases), {"demande": demande} if demande else {}, PORTAIL)


def to_agents(sujet: str | Promise, *phrases: Phrase | str | Promise, demande: str | Promise = "") -> Gabarit:
    """Return a mail to the shared box of the agents, that leads to the console."""
    return Gabarit(Vers.AGENTS, sujet, _phrases(phrases), {"demande": demande} if demande else {}, CONSOLE)


def _phrases(phrases: tuple[Phrase | str | Promise, ...]) -> tuple[Phrase, ...]:
    return tuple(one if isinstance(one, Phrase) else Phrase(one) for one in phrases)


def shared(parcours: str, demande: str | Promise) -> Mapping[str, Gabarits]:
    """Return the mails of the steps that are the same in every parcours.

    Args:
        parcours: its name in events.
        demande: how a person names it.
    """
    made = {
        "submit": submit(demande),
        "abandon": abandon(demande),
        "expire": expire(demande),
        "take": take(demande),
        "ask_more": ask_more(demande),
        "complete": complete(demande),
        "refuse": refuse(demande),
        "withdraw": withdraw(demande),
        "remind": remind(demande),
        "overdue": overdue(demande),
        "unanswered": unanswered(demande),
    }
    return {f"{parcours}:{verb}": gabarits for verb, gabarits in made.items()}


def submit(demande: str | Promise) -> Gabarits:
    """It is received: the Operateur and the shared box are told."""
    return (
        to_operateur(
            _("Demande %(numero)s : bien reçue"),
            _("Votre %(demande)s a été déposée sous le numéro %(numero)s."),
            Phrase(_("Un agent l'examine et vous répond au plus tard le %(echeance)s."), si="echeance"),
            _("Vous n'avez rien à faire d'ici là. Vous serez prévenu à chaque étape, et pouvez suivre la demande sur le portail."),
            demande=demande,
        ),
        to_agents(
            _("Demande %(numero)s : déposée, à instruire"),
            _("%(operateur)s a déposé une %(demande)s, sous le numéro %(numero)s."),
            Phrase(_("Une réponse est attendue au plus tard le %(echeance)s."), si="echeance"),
            _("Les contrôles automatiques sont joints au dossier, dans la console."),
            demande=demande,
        ),
    )


def abandon(demande: str | Promise) -> Gabarits:
    """The Operateur gave up a draft."""
    return (
        to_operateur(
            _("Demande %(numero)s : brouillon abandonné"),
            _("Le brouillon %(numero)s de votre %(demande)s a été abandonné depuis votre espace. Il n'a pas été transmis."),
            _("Pour demander la même chose, commencez une nouvelle demande sur le portail."),
            demande=demande,
        ),
    )


def expire(demande: str | Promise) -> Gabarits:
    """A draft was left for too long."""
    return (
        to_operateur(
            _("Demande %(numero)s : brouillon laissé sans suite"),
            _("Le brouillon %(numero)s de votre %(demande)s n'a pas été modifié depuis longtemps : il est clos. Il n'a pas été transmis."),
            _("Pour demander la même chose, commencez une nouvelle demande sur le portail."),
            demande=demande,
        ),
    )


def take(demande: str | Promise) -> Gabarits:
    """An agent looks at it."""
    return (
        to_operateur(
            _("Demande %(numero)s : en cours d'examen"),
            _("Un agent de l'administrateur examine votre %(demande)s %(numero)s."),
            Phrase(_("Il vous répond au plus tard le %(echeance)s."), si="echeance"),
            _("Vous n'avez rien à faire d'ici là."),
            demande=demande,
        ),
    )


def ask_more(demande: str | Promise) -> Gabarits:
    """Something is missing."""
    return (
        to_operateur(
            _("Demande %(numero)s : un complément vous est demandé"),
            _("L'examen de votre %(demande)s %(numero)s demande un complément :"),
            _("%(motif)s"),
            Phrase(_("Répondez au plus tard le %(echeance)s."), si="echeance"),
            _("Ouvrez la demande sur le portail, complétez-la, puis envoyez le complément. L'examen reprend dès sa réception."),
            demande=demande,
        ),
    )


def complete(demande: str | Promise) -> Gabarits:
    """What was missing has come."""
    return (
        to_operateur(
            _("Demande %(numero)s : complément bien reçu"),
            _("Le complément de votre %(demande)s %(numero)s est reçu ; l'examen reprend."),
            Phrase(_("Un agent vous répond au plus tard le %(echeance)s."), si="echeance"),
            demande=demande,
        ),
        to_agents(
            _("Demande %(numero)s : complément reçu"),
            _("%(operateur)s a envoyé le complément de la %(demande)s %(numero)s."),
            Phrase(_("Une réponse est attendue au plus tard le %(echeance)s."), si="echeance"),
            demande=demande,
        ),
    )


def refuse(demande: str | Promise) -> Gabarits:
    """It is refused, with its reasons in writing (CGI §6)."""
    return (
        to_operateur(
            _("Demande %(numero)s : refusée"),
            _("Votre %(demande)s %(numero)s est refusée, pour les motifs suivants :"),
            _("%(motif)s"),
            _("Cette décision vous est notifiée par écrit, comme le prévoient les Conditions Générales d'Intégration (§6)."),
            _("Une fois les motifs levés, vous pouvez déposer une nouvelle demande sur le portail."),
            demande=demande,
        ),
    )


def withdraw(demande: str | Promise) -> Gabarits:
    """The Operateur takes it back."""
    return (
        to_operateur(
            _("Demande %(numero)s : retirée"),
            _("Votre %(demande)s %(numero)s a été retirée depuis votre espace : elle ne sera pas examinée."),
            _("Pour demander la même chose, commencez une nouvelle demande sur le portail."),
            demande=demande,
        ),
        to_agents(
            _("Demande %(numero)s : retirée par l'Opérateur"),
            _("%(operateur)s a retiré sa %(demande)s %(numero)s. Elle n'est plus à instruire."),
            demande=demande,
        ),
    )


def remind(demande: str | Promise) -> Gabarits:
    """A due date comes near."""
    return (
        to_operateur(
            _("Demande %(numero)s : votre réponse est attendue"),
            _("Votre %(demande)s %(numero)s attend une réponse de votre part."),
            Phrase(_("L'échéance est le %(echeance)s."), si="echeance"),
            _COMMENTAIRE,
            _("Ouvrez la demande sur le portail pour y répondre."),
            demande=demande,
        ),
    )


def overdue(demande: str | Promise) -> Gabarits:
    """A due date of the Operateur is past."""
    return (
        to_operateur(
            _("Demande %(numero)s : échéance dépassée"),
            _("Votre %(demande)s %(numero)s attend toujours une réponse de votre part."),
            Phrase(_("L'échéance était le %(echeance)s."), si="echeance"),
            _("Répondez dès que possible sur le portail : sans réponse, la demande peut être refusée."),
            demande=demande,
        ),
        to_agents(
            _("Demande %(numero)s : l'Opérateur n'a pas répondu à temps"),
            _("%(operateur)s n'a pas répondu à temps sur la %(demande)s %(numero)s."),
            Phrase(_("L'échéance était le %(echeance)s."), si="echeance"),
            demande=demande,
        ),
    )


def unanswered(demande: str | Promise) -> Gabarits:
    """A due date of the agents is past."""
    return (
        to_agents(
            _("Demande %(numero)s : réponse en retard"),
            _("La %(demande)s %(numero)s de %(operateur)s attend une décision de l'administrateur."),
            Phrase(_("L'échéance était le %(echeance)s."), si="echeance"),
            demande=demande,
        ),
    )
