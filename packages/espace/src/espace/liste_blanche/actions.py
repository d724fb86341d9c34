# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes demandes and publications.

To ask, to exclude and to answer are for the pages; the others need the PostgreSQL role of the process ``signataire``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import Diff, ListeBlanche
from espace.alarmes.actions import raise_alarm, settle
from espace.ecoute import wake
from espace.journal.actions import record
from espace.liste_blanche import rules
from espace.liste_blanche.errors import ApprobationRefusee, DemandeRejetee, PublicationRefusee
from espace.liste_blanche.models import Approbation, Demande, Publication
from espace.liste_blanche.reveil import DEPOT, SIGNATAIRE
from espace.liste_blanche.states import Avis, Etat, Origine, advance
from espace.registre import actions as registre
from espace.registre.models import Drimbox
from espace.registre.states import Motif
from espace.tete import actions as journal_des_listes
from espace.tete.errors import JournalEnRetard

log = get_logger("liste_blanche")
_FORM_LOCK = 0x464F524D
_SAME_FORM = timedelta(minutes=2)
"""A form sent again later, from a page kept open, asks again."""
OBJET = "publication"
"""What the alarms of a stopped publication are about: the next list that is published closes them."""


@transaction.atomic
def demander_publication(*, auteur: str, now: datetime, origine: Origine = Origine.PERSONNE, retrait_massif: bool = False) -> Demande:
    """Ask for the list to be published; the process ``signataire`` does it.

    Args:
        auteur: login of the person who asks.
        now: aware instant of the act.
        origine: why; an exclusion is served before the others.
        retrait_massif: this person confirms that many names leave at once.
    """
    demande = Demande.objects.create(demandee_le=now, auteur=auteur, origine=origine, retrait_massif=retrait_massif)
    record(
        "liste_blanche:publication:demanded",
        auteur=auteur,
        objet=f"publication:{demande.pk}",
        publication_id=demande.pk,
        reason=str(origine),
    )
    wake(SIGNATAIRE)
    return demande


@transaction.atomic
def demander_une_fois(apres: int, *, auteur: str, now: datetime, retrait_massif: bool = False) -> Demande:
    """Ask for the list to be published from a form; the same form sent twice asks once.

    Args:
        apres: number of the last demande when the form was shown, 0 when there was none.
        auteur: login of the person who asks.
        now: aware instant of the act.
        retrait_massif: as :func:`demander_publication`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FORM_LOCK])
    sent = Demande.objects.filter(pk__gt=apres, auteur=auteur, origine=Origine.PERSONNE, demandee_le__gt=now - _SAME_FORM)
    return sent.order_by("id").first() or demander_publication(auteur=auteur, now=now, retrait_massif=retrait_massif)


@transaction.atomic
def exclude_and_publish(db: str, motif: Motif, *, auteur: str, now: datetime) -> tuple[Drimbox, Demande]:
    """Exclude a Drimbox and ask for the list without it, together: an exclusion that is decided is always on its way.

    Raises:
        Inconnu, TransitionRefusee: as :func:`espace.registre.actions.exclude`.
    """
    drimbox = registre.exclude(db, motif, auteur=auteur, now=now)
    return drimbox, demander_publication(auteur=auteur, now=now, origine=Origine.EXCLUSION)


@transaction.atomic
def answer(demande_id: int, avis: Avis, *, lignes_sha256: str, auteur: str, now: datetime) -> Approbation:
    """Answer as the second person to a demande that waits for one.

    Args:
        demande_id: the demande.
        avis: yes or no.
        lignes_sha256: of the rows that were shown to this person; an approval is worth for no other.
        auteur: login of this person, who is not the one who asked.
        now: aware instant of the act.

    Raises:
        ApprobationRefusee: the demande does not wait, its author answers, it was answered, or other rows wait.
    """
    publication = Publication.objects.select_related("demande").defer("contenu").filter(demande_id=demande_id).first()
    if publication is None or publication.etat != Etat.A_APPROUVER:
        raise ApprobationRefusee(f"La demande {demande_id} n'attend pas d'approbation.")
    demande = publication.demande
    rules.check_answer(demandeur=demande.auteur, auteur=auteur, shown=lignes_sha256, waiting=publication.lignes_sha256)
    values = {"avis": avis, "auteur": auteur, "demandeur": demande.auteur, "lignes_sha256": lignes_sha256, "donnee_le": now}
    given, first = Approbation.objects.get_or_create(demande=demande, defaults=values)
    if not first:
        raise ApprobationRefusee(f"La demande {demande_id} a déjà reçu une réponse.")
    record(
        "liste_blanche:publication:answered",
        auteur=auteur,
        objet=f"publication:{demande.pk}",
        publication_id=demande.pk,
        state=str(avis),
        sha256=lignes_sha256,
    )
    wake(SIGNATAIRE)
    return given


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
def wait(publication: Publication, lignes_sha256: str, change: Diff) -> None:
    """Leave a publication to a second person.

    Args:
        publication: at the state « compilée ».
        lignes_sha256: of the rows that wait.
        change: what they change.

    Raises:
        EtapeRefusee: not a step from the present state.
    """
    publication.etat = advance(publication.etat, "wait")
    publication.lignes_sha256 = lignes_sha256
    _count(publication, change)
    publication.save(update_fields=["etat", "lignes_sha256", "ajouts", "retraits", "modifications"])
    record(
        "liste_blanche:publication:waiting",
        auteur=publication.demande.auteur,
        objet=f"publication:{publication.demande.pk}",
        publication_id=publication.demande.pk,
        sha256=lignes_sha256,
    )


@transaction.atomic
def publish(publication: Publication, relue: ListeBlanche, content: bytes, change: Diff, *, now: datetime) -> None:
    """Make a re-read list the one in force, and write it in the log.

    Args:
        publication: at the state « relue ».
        relue: what the verifier read in ``content``.
        content: bytes of the file.
        change: what it changes.
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
    _count(publication, change)
    publication.save()
    enter_log(now=now)
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
    settle(None, objet=OBJET, now=now)
    wake(DEPOT)


@transaction.atomic
def enter_log(*, now: datetime) -> None:
    """Write in the log the published lists that it lacks; what prevents it is an alarm, and never stops a list.

    Args:
        now: aware instant.
    """
    try:
        with transaction.atomic():
            entered = journal_des_listes.enter(Publication.objects.filter(etat=Etat.PUBLIEE))
    except Exception as error:  # whatever it is: an exclusion does not wait for the log, that catches up at a next turn
        log.error("journal_listes:feuille:late", exc_info=error)
        raise_alarm(JournalEnRetard(), now=now)
        return
    if entered:
        settle([JournalEnRetard.code], now=now)


def _count(publication: Publication, change: Diff) -> None:
    publication.ajouts, publication.retraits = len(change.added), len(change.removed)
    publication.modifications = len(change.changed)


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
    if not isinstance(error, DemandeRejetee):  # a person said no: nobody has to be told
        raise_alarm(error, objet=OBJET, now=now)
