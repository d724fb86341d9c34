# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes demandes and publications.

The first two verbs are for the pages; the others need the PostgreSQL role of the process ``signataire``.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from confiance.errors import DrimmError
from confiance.liste_blanche import ListeBlanche
from espace.journal.actions import record
from espace.liste_blanche.errors import PublicationRefusee
from espace.liste_blanche.models import Demande, Publication
from espace.liste_blanche.states import advance
from espace.registre import actions as registre
from espace.registre.models import Drimbox
from espace.registre.states import Motif

CHANNEL = "espace_publication"
"""NOTIFY channel: a publication is demanded, the process ``signataire`` looks."""


@transaction.atomic
def demander_publication(*, auteur: str, now: datetime) -> Demande:
    """Ask for the list to be published; the process ``signataire`` does it.

    Args:
        auteur: login of the person who asks.
        now: aware instant of the act.
    """
    demande = Demande.objects.create(demandee_le=now, auteur=auteur)
    record("liste_blanche:publication:demanded", auteur=auteur, objet=f"publication:{demande.pk}", publication_id=demande.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return demande


@transaction.atomic
def exclude_and_publish(db: str, motif: Motif, *, auteur: str, now: datetime) -> tuple[Drimbox, Demande]:
    """Exclude a Drimbox and ask for the list without it, together: an exclusion that is decided is always on its way.

    Raises:
        Inconnu, TransitionRefusee: as :func:`espace.registre.actions.exclude`.
    """
    drimbox = registre.exclude(db, motif, auteur=auteur, now=now)
    return drimbox, demander_publication(auteur=auteur, now=now)


@transaction.atomic
def take(demande: Demande, *, now: datetime) -> Publication:
    """Begin the publication that a demande asks for, or begin it again after a stop."""
    publication, created = Publication.objects.defer("contenu").get_or_create(demande=demande, defaults={"prise_le": now})
    if not created:
        step(publication, "restart")
    return publication


@transaction.atomic
def step(publication: Publication, verb: str) -> None:
    """Write down that a step is passed.

    Raises:
        EtapeRefusee: not a step from the present state.
    """
    publication.etat = advance(publication.etat, verb)
    publication.save(update_fields=["etat"])


@transaction.atomic
def publish(publication: Publication, relue: ListeBlanche, content: bytes, *, now: datetime) -> None:
    """Make a re-read list the one in force.

    Args:
        publication: at the state « relue ».
        relue: what the verifier read in ``content``.
        content: bytes of the file.
        now: aware instant.

    Raises:
        EtapeRefusee: the list was not re-read.
    """
    last = Publication.objects.aggregate(last=Max("sequence"))["last"] or 0
    publication.etat = advance(publication.etat, "publish")
    publication.sequence = last + 1
    publication.date_generation, publication.signing_time = relue.date_generation, relue.signing_time
    publication.signataire, publication.signataire_expire_le = str(relue.signer), relue.signer_not_after
    publication.domaines, publication.sha256 = len(relue.domaines), relue.sha256
    publication.contenu, publication.terminee_le = content, now
    publication.save()
    record(
        "liste_blanche:publication:published",
        auteur=publication.demande.auteur,
        objet=f"publication:{publication.demande.pk}",
        publication_id=publication.demande.pk,
        serial=publication.sequence,
        sha256=relue.sha256,
        domaines=len(relue.domaines),
        date_generation=relue.date_generation.isoformat(),
        signing_time=relue.signing_time.isoformat(),
        not_after=relue.signer_not_after.isoformat(),
    )


@transaction.atomic
def refuse(publication: Publication, error: DrimmError, *, now: datetime) -> None:
    """Stop a publication; the list in force stays.

    Args:
        publication: not finished.
        error: what stopped it; its code is kept.
        now: aware instant.
    """
    publication.etat = advance(publication.etat, "refuse")
    publication.code, publication.terminee_le = error.code, now
    publication.save(update_fields=["etat", "code", "terminee_le"])
    record(
        "liste_blanche:publication:refused",
        auteur=publication.demande.auteur,
        objet=f"publication:{publication.demande.pk}",
        code=error.code,
        publication_id=publication.demande.pk,
        **(error.facts if isinstance(error, PublicationRefusee) else {}),
    )
