# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import connection
from django.db.models import Case, Func, IntegerField, Max, QuerySet, When

from confiance.liste_blanche import Diff, Domaine
from espace.liste_blanche import historique
from espace.liste_blanche.calendrier import next_occurrence
from espace.liste_blanche.changement import Accord, compare
from espace.liste_blanche.models import Approbation, Demande, Publication
from espace.liste_blanche.rules import LigneDuRegistre, domaine
from espace.liste_blanche.states import UNFINISHED, Avis, Etat, Origine
from espace.registre import queries as registre
from espace.registre.certificats import queries as certificats
from espace.registre.states import IN_LIST


@dataclass(frozen=True, slots=True)
class EnVigueur:
    """The list in force, without its bytes."""

    sequence: int
    sha256: str
    date_generation: datetime
    signing_time: datetime
    publiee_le: datetime
    signataire: str
    signataire_expire_le: datetime | None
    domaines: int


@dataclass(frozen=True, slots=True)
class ListePubliee:
    """One list that was published, with its bytes."""

    sequence: int
    sha256: str
    date_generation: datetime
    publiee_le: datetime
    contenu: bytes


_COLUMNS = (
    "identifiant",
    "couple__db",
    "couple__vi",
    "couple__operateur__denomination",
    "dn_serv_ssl",
    "couple__operateur__support_mail",
    "couple__operateur__support_telephone",
    "modifie_le",
    "couple__operateur__modifie_le",
)
"""Of a Drimbox, in the order of the fields of :class:`LigneDuRegistre`; no model is made of 20,000 rows read twice in a publication."""
_COLUMNS_REPLACED = tuple("dn" if column == "dn_serv_ssl" else f"drimbox__{column}" for column in _COLUMNS)
"""The same of a DN that a newer certificate replaces."""
_MADE: dict[tuple[Any, ...], Domaine] = {}
_MARQUE = """
SELECT encode(sha256(convert_to(coalesce(string_agg(ROW(
    d.identifiant, c.db, c.vi, o.denomination, n.dn, o.support_mail, o.support_telephone, d.modifie_le, o.modifie_le
)::text, chr(10) ORDER BY c.tri, c.number, n.rang), ''), 'UTF8')), 'hex')
FROM (SELECT id AS drimbox_id, dn_serv_ssl AS dn, 0 AS rang FROM registre_drimbox
      UNION ALL SELECT drimbox_id, dn, id FROM registre_dnremplace WHERE jusqua > now()) n
JOIN registre_drimbox d ON d.id = n.drimbox_id
JOIN registre_couplefqdn c ON c.id = d.couple_id JOIN acteurs_operateur o ON o.id = c.operateur_id
WHERE d.statut = ANY(%s)
"""


def lignes() -> list[LigneDuRegistre]:
    """Return what the Registre says now of the Drimboxes of the list, in the order of their names."""
    return [LigneDuRegistre(*row) for row in _rows()]


def marque() -> str:
    """Return what changes whenever :func:`lignes` does, without bringing 20,000 rows: PostgreSQL reads them and answers their SHA-256."""
    with connection.cursor() as cursor:
        cursor.execute(_MARQUE, [[str(value) for value in IN_LIST]])
        return str(cursor.fetchone()[0])


def clock_of_base() -> datetime:
    """Return the instant that PostgreSQL reads on its own clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def current() -> EnVigueur | None:
    """Return the list in force, or None before the first publication."""
    row = _published().values_list(
        "sequence", "sha256", "date_generation", "signing_time", "terminee_le", "signataire", "signataire_expire_le", "domaines"
    )
    found = row.first()
    return EnVigueur(*found) if found else None


def content(sha256: str) -> bytes | None:
    """Return the bytes of a published list, by its SHA-256."""
    found = _published().filter(sha256=sha256).values_list("contenu", flat=True).first()
    return bytes(found) if found is not None else None


def length(sequence: int) -> int:
    """Return the size in bytes of a published list."""
    found = _published().filter(sequence=sequence).annotate(size=Func("contenu", function="octet_length", output_field=IntegerField()))
    return int(found.values_list("size", flat=True)[0])


def mass_removal_since(instant: datetime) -> bool:
    """Tell whether a list published since then removed many names, and a person confirmed it."""
    confirmed = _published().filter(terminee_le__gte=instant, demande__retrait_massif=True)
    return confirmed.exclude(demande__origine=Origine.QUOTIDIENNE).exists()  # the signataire asks for these by itself


def of_sequence(sequence: int) -> tuple[str, bytes] | None:
    """Return the SHA-256 and the bytes of a published list, by its number."""
    found = _published().filter(sequence=sequence).values_list("sha256", "contenu").first()
    return None if found is None else (found[0], bytes(found[1] or b""))


def published_after(sequence: int) -> Iterator[ListePubliee]:
    """Yield the lists published after that one, in the order of their numbers, one at a time in memory."""
    rows = Publication.objects.filter(etat=Etat.PUBLIEE, sequence__gt=sequence).order_by("sequence")
    fields = rows.values_list("sequence", "sha256", "date_generation", "terminee_le", "contenu")
    for number, sha256, generated, published, content in fields.iterator(chunk_size=1):
        if number is not None and generated is not None and published is not None:
            yield ListePubliee(number, sha256, generated, published, bytes(content or b""))


def current_content() -> bytes | None:
    """Return the bytes of the list in force."""
    found = _published().values_list("contenu", flat=True).first()
    return bytes(found) if found is not None else None


def _published() -> QuerySet[Publication]:
    return Publication.objects.filter(etat=Etat.PUBLIEE).order_by("-sequence")


def history() -> QuerySet[Demande]:
    """Return every demande with what came of it, newest first, without the bytes of the lists."""
    return Demande.objects.select_related("publication").defer("publication__contenu").order_by("-id")


def demande(demande_id: int) -> Demande | None:
    """Return one demande with what came of it, without the bytes of the list."""
    return history().filter(pk=demande_id).first()


def outcome(demande_id: int) -> Publication | None:
    """Return what came of a demande once it is finished, else None."""
    done = Publication.objects.exclude(etat__in=UNFINISHED).defer("contenu")
    return done.filter(demande_id=demande_id).first()


def oldest_waiting() -> Demande | None:
    """Return the demande that the signataire takes next, or None: exclusions first, then the oldest.

    One that waits for a second person is left aside until it is answered.
    """
    waiting = Demande.objects.exclude(publication__etat__in=[Etat.PUBLIEE, Etat.REFUSEE])
    waiting = waiting.exclude(publication__etat=Etat.A_APPROUVER, approbation__isnull=True)
    urgent_first = Case(When(origine=Origine.EXCLUSION, then=0), default=1)
    return waiting.order_by(urgent_first, "id").first()


def to_approve() -> QuerySet[Demande]:
    """Return the demandes that wait for a second person, oldest first."""
    waiting = Demande.objects.filter(publication__etat=Etat.A_APPROUVER, approbation__isnull=True)
    return waiting.select_related("publication").defer("publication__contenu").order_by("id")


def waiting_approval(demande_id: int) -> Publication | None:
    """Return the publication of a demande that waits for a second person, or None."""
    waiting = Publication.objects.filter(etat=Etat.A_APPROUVER, demande_id=demande_id, demande__approbation__isnull=True)
    return waiting.select_related("demande").defer("contenu").first()


def accord(demande: Demande) -> Accord:
    """Return what persons said of a demande."""
    answer = Approbation.objects.filter(demande=demande).first()
    return Accord(
        Origine(demande.origine),
        demande.retrait_massif,
        None if answer is None else Avis(answer.avis),
        "" if answer is None else answer.lignes_sha256,
    )


def last_demande() -> int:
    """Return the number of the last demande, 0 before the first."""
    return int(Demande.objects.aggregate(last=Max("id"))["last"] or 0)


def approbation(demande_id: int) -> Approbation | None:
    """Return what a second person answered to a demande, or None."""
    return Approbation.objects.filter(demande_id=demande_id).first()


def answered_by(demande_id: int, avis: Avis, auteur: str) -> bool:
    """Tell whether this person already gave that answer."""
    return Approbation.objects.filter(demande_id=demande_id, avis=avis, auteur=auteur).exists()


def wanted_rows() -> tuple[Domaine, ...]:
    """Return the rows that the Registre gives now; a row that says the same as the last time is the same object."""
    rows = _rows()
    made = {row: _MADE.get(row) or domaine(LigneDuRegistre(*row)) for row in rows}
    _MADE.clear()
    _MADE.update(made)
    return tuple(made[row] for row in rows)


def _rows() -> list[tuple[Any, ...]]:
    """Return the columns of each row of the list. While one certificate replaces another, the former has its row after the new one's."""
    rows = list(registre.in_list().values_list(*_COLUMNS))
    db = _COLUMNS.index("couple__db")
    replaced = {row[db]: row for row in certificats.in_list().values_list(*_COLUMNS_REPLACED)}
    return [one for row in rows for one in (row, replaced.get(row[db])) if one is not None] if replaced else rows


def pending_change() -> Diff:
    """Return what a publication would change now, row by row: what a second person looks at."""
    held = historique.rows_in_force()
    return compare(held.domaines if held else (), wanted_rows())


def last_daily() -> datetime | None:
    """Return when the daily signature was last asked for."""
    return Demande.objects.filter(origine=Origine.QUOTIDIENNE).order_by("-pk").values_list("demandee_le", flat=True).first()


def next_publication(now: datetime, at: time) -> datetime:
    """Return when the list is signed again without being asked.

    Args:
        now: aware instant.
        at: the setting ``liste_blanche.resign_at``.
    """
    return next_occurrence(now, at)


def latest_refused() -> Publication | None:
    """Return the last publication when it was refused: the alarm of the console."""
    last = Publication.objects.exclude(etat__in=UNFINISHED).defer("contenu").order_by("-id").first()
    return last if last is not None and last.etat == Etat.REFUSEE else None
