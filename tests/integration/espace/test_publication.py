# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Publisher, under the role of the signataire: what is published was re-read, and any surprise stops it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from confiance.liste_blanche import Anchors, Policy, verify
from espace.config import ListeBlanche, current
from espace.ecoute import Boucle
from espace.journal.models import Evenement
from espace.liste_blanche import actions, fichier, publication, queries
from espace.liste_blanche.errors import VerrouPerdu
from espace.liste_blanche.models import Publication
from espace.liste_blanche.publication import Clock, Limits, Publisher
from espace.liste_blanche.reveil import SIGNATAIRE
from espace.liste_blanche.signataire import begin
from espace.liste_blanche.states import Etat
from espace.registre.errors import Inconnu
from espace.registre.states import Motif, TransitionRefusee
from tests.espace_donnees import CLIENT_CANARY, SIREN, SITE_CANARY, ZONE, declare, integrate


class FrozenClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += timedelta(seconds=seconds)

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


@pytest.fixture
def settings() -> ListeBlanche:
    return current().liste_blanche


@pytest.fixture
def time() -> FrozenClock:
    return FrozenClock(datetime.now(UTC))


@pytest.fixture
def publish(espace: Any, settings: ListeBlanche, time: FrozenClock) -> Iterator[Callable[..., Publication]]:
    """Ask as the pages, publish as the signataire."""

    def act(**changes: Any) -> Publication:
        demande = actions.demander_publication(auteur="agent", now=time.now)
        with espace.role("signataire"):
            publisher = Publisher(settings.model_copy(update=changes), zone=ZONE, clock=time.clock(), limits=Limits(attempts=2))
            return publisher.publish(demande)

    return act


def test_what_is_published_is_what_the_registre_says(espace: Any, publish: Any, settings: ListeBlanche, time: FrozenClock) -> None:
    integrate(2, now=time.now)
    declare(now=time.now)
    done = publish()
    assert (done.etat, done.sequence, done.domaines) == (Etat.PUBLIEE, 1, 2)
    content = (espace.publication / fichier.NAME).read_bytes()
    assert hashlib.sha256(content).hexdigest() == done.sha256 == queries.current().sha256  # type: ignore[union-attr]
    policy = Policy(Anchors.from_directory(espace.pki.anchors_dir), frozenset({espace.pki.list_signer.dn}))
    liste = verify(content, policy, at=time.now)
    assert liste.revocation_checked
    assert [domaine.db for domaine in liste.domaines] == ["db1.1.mesimagesmedicales.fr", "db2.1.mesimagesmedicales.fr"]
    assert liste.domaines[0].support_contact == "support@operateur.test, 01 23 45 67 89"
    assert liste.date_generation >= max(domaine.date_maj for domaine in liste.domaines)


def test_nothing_of_a_client_is_in_the_list(espace: Any, publish: Any, time: FrozenClock) -> None:
    integrate(now=time.now)
    publish()
    content = (espace.publication / fichier.NAME).read_text(encoding="utf-8")
    assert "operateur" in content
    for word in (CLIENT_CANARY, SITE_CANARY, SIREN, "passerelle1"):
        assert word not in content


def test_an_empty_registre_gives_an_empty_list(publish: Any) -> None:
    assert (publish().etat, queries.current().domaines) == (Etat.PUBLIEE, 0)  # type: ignore[union-attr]


def test_an_excluded_drimbox_leaves_the_list_and_the_history_keeps_the_former_one(publish: Any, time: FrozenClock) -> None:
    drimbox = integrate(now=time.now)[0]
    first = publish()
    time.sleep(5)
    _, demande = actions.exclude_and_publish(drimbox.couple.db, Motif.CYBER, auteur="agent", now=time.now)
    assert queries.oldest_waiting() == demande
    publish()
    assert b"db1.1." in queries.content(first.sha256)  # type: ignore[operator]


def test_two_lists_in_one_second_have_two_dates(publish: Any, time: FrozenClock) -> None:
    one, two = publish(), publish()
    assert two.date_generation == one.date_generation + timedelta(seconds=1)
    assert time.slept > 0


def test_a_clock_that_went_back_stops_the_publication(espace: Any, publish: Any, time: FrozenClock) -> None:
    publish()
    before = (espace.publication / fichier.NAME).read_bytes()
    time.now -= timedelta(hours=1)
    done = publish()
    assert (done.etat, done.code, done.sequence) == (Etat.REFUSEE, "publication.horloge", None)
    assert (espace.publication / fichier.NAME).read_bytes() == before
    assert queries.current().sequence == 1  # type: ignore[union-attr]


def test_a_row_newer_than_the_list_stops_the_publication(publish: Any, time: FrozenClock) -> None:
    integrate(now=time.now + timedelta(minutes=1))
    assert publish().code == "publication.ligne_du_futur"


def test_a_signer_that_readers_would_refuse_never_publishes(espace: Any, publish: Any, settings: ListeBlanche) -> None:
    publish()
    for misfits in (espace.pki.revoked, espace.pki.expired, espace.pki.foreign):
        signer = settings.signer.model_copy(update={"certificate": misfits.sign.certificate, "key": misfits.sign.key, "chain": None})
        done = publish(signer=signer)
        assert done.etat == Etat.REFUSEE
        assert done.code in {
            "liste_blanche.certificat_revoque",
            "signature.hors_validite",
            "liste_blanche.chaine_inconnue",
        }
    assert queries.current().sequence == 1  # type: ignore[union-attr]


def test_a_key_that_others_may_read_is_not_used(publish: Any, settings: ListeBlanche, tmp_path: Path) -> None:
    key = tmp_path / "signataire.key"
    key.write_bytes(settings.signer.key.read_bytes())
    key.chmod(0o644)
    assert publish(signer=settings.signer.model_copy(update={"key": key})).code == "configuration.invalide"


def test_a_key_of_another_certificate_is_told(publish: Any, espace: Any, settings: ListeBlanche) -> None:
    signer = settings.signer.model_copy(update={"key": espace.pki.other_signer.key})
    assert publish(signer=signer).code == "signature.cle"


def test_a_file_that_reads_otherwise_than_meant_is_not_published(publish: Any, time: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    integrate(2, now=time.now)
    real = publication.sign

    def forgetful(draft: Any, key: Any, *, signing_time: datetime) -> bytes:
        return real(replace(draft, domaines=draft.domaines[:1]), key, signing_time=signing_time)

    monkeypatch.setattr(publication, "sign", forgetful)
    assert publish().code == "publication.relecture_differe"


def test_bytes_altered_after_signing_are_not_published(publish: Any, time: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    integrate(now=time.now)
    real = publication.sign
    monkeypatch.setattr(publication, "sign", lambda *args, **kwargs: real(*args, **kwargs).replace(b"db1.1.", b"db1.2."))
    assert publish().code == "liste_blanche.empreinte_document"


def test_a_row_that_readers_would_report_as_a_fault_stops_the_publication_and_the_journal_names_it(
    espace: Any, publish: Any, time: FrozenClock
) -> None:
    db = integrate(now=time.now)[0].couple.db
    espace.sql("UPDATE registre_drimbox SET dn_serv_ssl = 'CN=db9.9.mesimagesmedicales.fr,OU=300000000300019,O=A,C=FR'")
    assert publish().code == "publication.lint"
    line = Evenement.objects.get(event="liste_blanche:publication:refused")
    assert (line.fields["db"], line.fields["reason"]) == (db, "lint.dn_cn")


def test_an_unforeseen_fault_stops_the_publication_and_keeps_the_list(publish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()

    def broken(*_args: Any, **_kwargs: Any) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(publication, "sign", broken)
    assert publish().code == "publication.surprise"
    assert queries.current().sequence == 1  # type: ignore[union-attr]


def test_a_write_that_the_database_refuses_stops_the_publication_and_is_told(publish: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()

    def refused(one: Publication, *_args: Any, **_kwargs: Any) -> None:
        Publication.objects.filter(pk=one.pk).update(code="x" * 81)

    monkeypatch.setattr(publication.actions, "publish", refused)
    done = publish()
    assert (done.etat, done.code) == ("refusee", "espace.base_refuse")
    assert queries.current().sequence == 1  # type: ignore[union-attr]


def test_a_folder_that_cannot_be_written_stops_the_publication(publish: Any, tmp_path: Path) -> None:
    place = tmp_path / "pas-un-dossier"
    place.write_text("")
    assert publish(publication=place).code == "publication.ecriture"
    assert queries.current() is None


def test_a_registre_that_changes_meanwhile_is_compiled_again(
    espace: Any, publish: Any, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    integrate(now=time.now)
    real, calls = fichier.prepare, []

    def busy(folder: Path, content: bytes) -> AbstractContextManager[Path]:
        if not calls:
            calls.append(1)
            with espace.role("pages"):
                integrate(now=time.now)
        return real(folder, content)

    monkeypatch.setattr(fichier, "prepare", busy)
    done = publish()
    assert (done.etat, done.domaines) == (Etat.PUBLIEE, 2)


def test_a_registre_that_never_rests_is_told(espace: Any, publish: Any, time: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fichier.prepare

    def busy(folder: Path, content: bytes) -> AbstractContextManager[Path]:
        with espace.role("pages"):
            integrate(now=time.now)
        return real(folder, content)

    monkeypatch.setattr(fichier, "prepare", busy)
    assert publish().code == "publication.registre_instable"


def test_every_outcome_is_in_the_journal_with_its_code(publish: Any, time: FrozenClock) -> None:
    publish()
    time.now -= timedelta(hours=1)
    publish()
    events = list(Evenement.objects.order_by("id").values_list("event", "code"))
    assert events == [
        ("liste_blanche:publication:demanded", ""),
        ("liste_blanche:publication:published", ""),
        ("liste_blanche:publication:demanded", ""),
        ("liste_blanche:publication:refused", "publication.horloge"),
        ("alarmes:alarme:raised", "publication.horloge"),
    ]


@pytest.mark.parametrize("etat", ["demandee", "compilee", "signee", "relue"])
def test_what_a_kill_left_half_way_is_begun_again(espace: Any, settings: ListeBlanche, time: FrozenClock, etat: str) -> None:
    demande = actions.demander_publication(auteur="agent", now=time.now)
    with espace.role("signataire"):
        taken = actions.take(demande, now=time.now)
        Publication.objects.filter(pk=taken.pk).update(etat=etat)
        assert Publisher(settings, zone=ZONE, clock=time.clock()).publish_waiting() == 1
    assert queries.outcome(demande.pk).etat == Etat.PUBLIEE  # type: ignore[union-attr]


@pytest.mark.parametrize("found", [b"", b"<vieille/>", None])
def test_the_public_file_is_made_again_from_the_list_in_force(
    espace: Any, publish: Any, settings: ListeBlanche, found: bytes | None
) -> None:
    publish()
    path = espace.publication / fichier.NAME
    content = path.read_bytes()
    path.unlink() if found is None else path.write_bytes(found)
    with espace.role("signataire"):
        Publisher(settings, zone=ZONE).restore_file()
    assert path.read_bytes() == content


def test_demandes_are_served_in_their_order(espace: Any, settings: ListeBlanche, time: FrozenClock) -> None:
    for auteur in ("un", "deux", "trois"):
        actions.demander_publication(auteur=auteur, now=time.now)
    with espace.role("signataire"):
        assert Publisher(settings, zone=ZONE, clock=time.clock()).publish_waiting() == 3
    assert [p.demande.auteur for p in Publication.objects.order_by("sequence")] == ["un", "deux", "trois"]


def test_the_update_of_a_published_operateur_moves_the_date_of_its_rows(espace: Any, publish: Any, time: FrozenClock) -> None:
    integrate(now=time.now)
    time.sleep(60)
    declare(now=time.now, support_mail="autre@operateur.test")
    publish()
    assert queries.lignes()[0].operateur_modifie_le == time.now
    text = (espace.publication / fichier.NAME).read_text(encoding="utf-8")
    assert f"<DateMAJ>{time.now:%Y-%m-%dT%H:%M:%SZ}</DateMAJ>" in text


def test_a_refused_transition_undoes_the_demande_with_it(time: FrozenClock, espace: Any) -> None:
    db = declare(now=time.now)[0].db
    with pytest.raises(Inconnu):
        actions.exclude_and_publish("db9.9.mesimagesmedicales.fr", Motif.CYBER, auteur="agent", now=time.now)
    with pytest.raises(TransitionRefusee, match="déclarée"):
        actions.exclude_and_publish(db, Motif.CYBER, auteur="agent", now=time.now)
    assert queries.oldest_waiting() is None


def test_two_attempts_prepare_two_files_and_leave_none(tmp_path: Path) -> None:
    with fichier.prepare(tmp_path, b"une") as first, fichier.prepare(tmp_path, b"autre") as second:
        assert (first.read_bytes(), second.read_bytes()) == (b"une", b"autre")
        fichier.install(first)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(fichier.NAME, b"une")]


def test_what_a_killed_signataire_prepared_is_swept_by_the_next(espace: Any, publish: Any, settings: ListeBlanche) -> None:
    publish()
    (espace.publication / ".liste-blanche.oubliee").write_text("<moitie")
    with espace.role("signataire"):
        Publisher(settings, zone=ZONE).restore_file()
    assert [path.name for path in espace.publication.iterdir()] == [fichier.NAME]


@pytest.mark.parametrize("answers", [[False], [True, False]])
def test_who_lost_the_lock_installs_nothing(espace: Any, settings: ListeBlanche, time: FrozenClock, answers: list[bool]) -> None:
    demande = actions.demander_publication(auteur="agent", now=time.now)
    decided = len(answers) > 1  # the row is written under the lock; only the file is left to who took it over
    with espace.role("signataire"):
        publisher = Publisher(settings, zone=ZONE, clock=time.clock(), alone=lambda: answers.pop(0))
        with pytest.raises(VerrouPerdu):
            publisher.publish(demande)
        assert list(espace.publication.iterdir()) == []
        assert (queries.outcome(demande.pk) is not None) == decided
        standby = Publisher(settings, zone=ZONE, clock=time.clock())
        standby.restore_file()
        assert standby.publish_waiting() == (0 if decided else 1)
    assert (espace.publication / fichier.NAME).read_bytes() == queries.current_content()


def test_a_signataire_whose_connection_is_cut_while_it_signs_publishes_nothing(
    espace: Any, time: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    demande = actions.demander_publication(auteur="agent", now=time.now)
    real, boucle = fichier.prepare, Boucle(SIGNATAIRE, current().liste_blanche.poll_seconds)

    def cut(folder: Path, content: bytes) -> AbstractContextManager[Path]:
        boucle.stop()
        espace.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name LIKE %s",
            espace.database, "% listen",
        )  # fmt: skip
        return real(folder, content)

    monkeypatch.setattr(fichier, "prepare", cut)
    with espace.role("signataire"):
        boucle.run(partial(begin, current()))
    assert queries.oldest_waiting() == demande
    assert list(espace.publication.iterdir()) == []
