# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who speaks to the DMP, and when: one worker at a time per exam, one request after the other, nothing locked meanwhile."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings

from banc.jeux import IDENTITE
from drimbox.config import Dmp, SituationDmp
from drimbox.source.depot_dmp import actions as depots
from drimbox.source.depot_dmp import tenue
from drimbox.source.depot_dmp.jobs import deposer
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.pointeur.jobs import pointer
from drimbox.source.pointeur.models import Examen
from tests.drimbox_chemin import Chemin, pacs_of
from tests.drimbox_world import Monde, sample_message, until


def pointed(monde: Monde) -> tuple[Examen, Envoi]:
    """Go as far as the outbox."""
    with pacs_of(monde, monde.images):
        Chemin(monde).take(sample_message())
        pointer(examen_id=str(Examen.objects.get().id))
    return Examen.objects.get(), Envoi.objects.get()


def key_of(examen_id: UUID) -> int:
    return examen_id.int % (1 << 64) - (1 << 63)


def test_the_second_request_of_an_exam_leaves_when_the_first_is_answered(monde: Monde) -> None:
    _, first = pointed(monde)
    second = Envoi.objects.get()
    second.pk, second.sequence, second._state.adding = None, 2, True
    second.pk = uuid4()
    second.save(force_insert=True)
    deposer(envoi_id=str(second.id))
    second.refresh_from_db()
    assert (second.state, second.attempts) == ("a_envoyer", 0)
    assert monde.deposits == []
    deposer(envoi_id=str(first.id))
    asked = monde.drimbox.sql("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", depots.DEPOSER)
    assert asked[-1][0] == {"envoi_id": str(second.id)}


def test_two_workers_never_send_the_same_request_together(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    with tenue.held(examen.id) as first, psycopg.connect(monde.drimbox.dsn("ouvrier"), autocommit=True) as other:
        assert first
        key = key_of(examen.id)
        assert other.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone() == (False,)
        # nothing is locked meanwhile: the console may write, and no transaction is open
        other.execute("SELECT 1 FROM depot_dmp_envoi WHERE id = %s FOR UPDATE NOWAIT", [envoi.id])
    other = psycopg.connect(monde.drimbox.dsn("ouvrier"), autocommit=True)
    assert other.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone() == (True,)
    deposer(envoi_id=str(envoi.id))
    assert monde.deposits == []
    other.execute("SELECT pg_advisory_unlock(%s)", [key])
    other.close()
    deposer(envoi_id=str(envoi.id))
    assert len(monde.registered) == 1


def test_a_worker_that_dies_lets_its_exam_go(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    other = psycopg.connect(monde.drimbox.dsn("ouvrier"), autocommit=True)
    other.execute("SELECT pg_try_advisory_lock(%s)", [key_of(examen.id)])
    (pid,) = other.execute("SELECT pg_backend_pid()").fetchone() or (0,)
    monde.drimbox.sql("SELECT pg_terminate_backend(%s)", pid)
    until(lambda: not monde.drimbox.sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s", pid), "the other session to end")
    other.close()
    deposer(envoi_id=str(envoi.id))
    envoi.refresh_from_db()
    assert envoi.state == "depose"


def test_a_kept_request_that_can_no_longer_be_read_calls_a_person_instead_of_being_tried_for_ever(monde: Monde) -> None:
    examen, envoi = pointed(monde)
    monde.drimbox.sql("UPDATE depot_dmp_envoi SET body = 'cut', scelle = NULL")
    deposer(envoi_id=str(envoi.id))
    examen.refresh_from_db()
    envoi.refresh_from_db()
    assert (examen.state, envoi.state, envoi.code) == ("incomplet", "incomplet", "dmp.depot_incomplet")


@pytest.mark.parametrize("role", ["pages", "images", "reception"])
def test_no_other_process_may_queue_or_rewrite_a_request(monde: Monde, role: str) -> None:
    pointed(monde)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        monde.drimbox.sql("INSERT INTO depot_dmp_envoi (id) VALUES (gen_random_uuid())", role=role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        monde.drimbox.sql("UPDATE depot_dmp_envoi SET structure = 'x', action = 'retirer'", role=role)


def test_a_deposit_and_its_removal_leave_under_the_certificates_of_their_structure(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    structure, dmp = IDENTITE.structure.identifiant, settings.DRIMBOX.dmp
    own = SituationDmp(structures=(structure,), auth=dmp.auth, sign=dmp.sign)
    asked: list[str] = []
    of_structure = Dmp.of_structure

    def told(self: Dmp, identifiant: str) -> Dmp:
        asked.append(identifiant)
        return of_structure(self, identifiant)

    monkeypatch.setattr(Dmp, "of_structure", told)
    changed = settings.DRIMBOX.model_copy(update={"dmp": dmp.model_copy(update={"situations": (own,)})})
    monkeypatch.setattr(settings, "DRIMBOX", changed)
    chemin = Chemin(monde)
    with pacs_of(monde, monde.images):
        chemin.publish(sample_message())
    chemin.take(sample_message("000002", event="T04"))
    chemin.send()
    assert chemin.faits == ["depot", "suppression"]
    assert set(asked) == {structure}
    assert Envoi.objects.get(sequence=1).structure == structure
