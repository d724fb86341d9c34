# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Heads and the log of lists: made by the signataire, co-signed by the témoin, read with the reader's own code."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from confiance.transparence import sign_payload, verify_tete
from confiance.transparence.cles import ClePrivee
from confiance.transparence.preuves import PreuveConsistance, PreuveInclusion, read_leaf
from espace.alarmes import actions as alarmes
from espace.alarmes.models import Alarme
from espace.alarmes.queries import open_alarms
from espace.liste_blanche.models import Publication
from espace.tete import actions, queries
from espace.tete.composition import content
from espace.tete.depose import deposit
from espace.tete.errors import AucuneTete, PreuveInexistante, SignatureRefusee, TemoinRefuse, TemoinSansMemoire
from espace.tete.models import SignatureTete
from espace.tete.temoin import resume
from tests.espace_donnees import integrate
from tests.espace_tetes import Editeur, Lecteur, editeur, head_settings, new_key

NOW = datetime.now(UTC)


@pytest.fixture
def monde(espace: Any, tmp_path: Path) -> Editeur:
    """A publisher of heads with two rows in its Registre."""
    integrate(2, now=NOW)
    return editeur(espace, NOW, tete=head_settings(tmp_path / "cles"))


def number_of_last() -> int:
    last = queries.last()
    return last.numero if last is not None else 0


def test_a_list_is_public_before_its_head_which_waits_for_the_temoin(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    assert monde.liste()
    assert not (monde.folder / "tete.json").exists()
    assert queries.en_attente() is not None
    assert monde.temoin()
    monde.signataire()
    verified = verify_tete(monde.head(), monde.policy, at=monde.time.now)
    assert verified.signed_by == {"signataire", "temoin"}
    assert verified.tete.sha256 == hashlib.sha256(monde.liste()).hexdigest()
    assert (verified.tete.numero, verified.tete.sequence, verified.tete.taille, verified.tete.previous) == (1, 1, 1, None)
    assert queries.en_attente() is None


def test_the_files_beside_the_head_prove_what_it_says(monde: Editeur) -> None:
    for _ in range(3):
        monde.publish()
        monde.round()
    head = verify_tete(monde.head(), monde.policy, at=monde.time.now).tete
    for named in head.crls:
        assert hashlib.sha256((monde.folder / "crl" / f"{named.sha256}.crl").read_bytes()).hexdigest() == named.sha256
    assert len(head.crls) == 2
    leaf = read_leaf((monde.folder / "journal/feuilles/3.json").read_bytes())
    assert leaf == head.feuille
    PreuveInclusion.from_json((monde.folder / "journal/inclusion/3-3.json").read_bytes()).check(head.racine, sha256=head.sha256)
    PreuveInclusion.from_json(queries.preuve_inclusion(1, 3)).check(head.racine)
    for size in (1, 2):
        PreuveConsistance.from_json((monde.folder / f"journal/consistance/{size}-3.json").read_bytes()).check(
            queries.racine(size), head.racine
        )


def test_a_reader_follows_heads_through_lists_and_reissues(monde: Editeur) -> None:
    reader = Lecteur.of(monde)
    for _ in range(4):
        monde.publish()
        monde.round()
        reader.read()
        monde.time.sleep(13 * 3600)
        monde.round()  # nothing changed: the head alone is made again
        reader.read()
    assert reader.tete.current is not None
    assert reader.tete.current.tete.numero == number_of_last() >= 8
    assert reader.tete.current.tete.sequence == queries.taille() >= 4  # the signature of the day may have come in between
    assert reader.tete.equivoque is None


def test_nothing_new_makes_no_new_head(monde: Editeur) -> None:
    monde.publish()
    monde.round()
    for _ in range(3):
        monde.time.sleep(120)
        monde.round()
    assert number_of_last() == 1


def test_a_head_dated_by_a_clock_that_was_ahead_is_made_again_and_readers_accept_it_at_once(monde: Editeur) -> None:
    monde.publish()
    monde.round()
    for hours in (13, -13):
        monde.time.sleep(hours * 3600)
        for _ in range(2):  # before and after the témoin
            with monde.espace.role("signataire"):
                monde.etabli.turn()
            monde.temoin()
        assert verify_tete(monde.head(), monde.policy, at=monde.time.now).tete.this_update == monde.time.now.replace(microsecond=0)
    assert number_of_last() == 3


def test_without_keys_lists_are_published_and_logged_and_there_is_no_head(espace: Any) -> None:
    integrate(now=NOW)
    monde = editeur(espace, NOW)
    monde.publish()
    monde.round()
    assert (queries.taille(), queries.current()) == (1, None)
    assert not (monde.folder / "tete.json").exists()


def test_lists_published_before_the_log_are_entered_with_the_next_one(espace: Any, monde: Editeur) -> None:
    monde.publish()
    espace.sql("ALTER TABLE tete_feuille DISABLE TRIGGER ALL; ALTER TABLE tete_noeud DISABLE TRIGGER ALL;")
    espace.sql("DELETE FROM tete_feuille; DELETE FROM tete_noeud;")
    monde.publish()
    assert queries.taille() == 2
    assert json.loads(queries.feuille(1))["sequence"] == 1


def test_the_lost_key_of_the_signataire_is_replaced_by_the_spare_one(monde: Editeur, tmp_path: Path) -> None:
    monde.publish()
    monde.round()
    monde.renew(tete=monde.tete.model_copy(update={"signataire": {}}))
    monde.publish()
    monde.round()
    waiting = queries.en_attente()
    assert waiting is not None
    spare = ClePrivee.from_pem("secours", (tmp_path / "cles/secours.key").read_bytes())
    deposit(sign_payload(bytes(waiting.charge), spare), auteur="agent", now=monde.time.now)
    monde.signataire()
    assert verify_tete(monde.head(), monde.policy, at=monde.time.now).signed_by == {"secours", "temoin"}


def test_keys_are_changed_by_a_head_that_old_and_new_ones_sign_and_readers_follow(monde: Editeur, tmp_path: Path) -> None:
    reader = Lecteur.of(monde)
    monde.publish()
    monde.round()
    reader.read()
    old = monde.tete
    private, public = new_key(tmp_path / "neuves", "signataire-2")
    keys = {"signataire-2": public, "temoin": old.cles["temoin"], "secours": old.cles["secours"]}
    both = {**old.signataire, "signataire-2": private}
    monde.renew(tete=old.model_copy(update={"cles": keys, "signataire": both}))
    monde.time.sleep(90)
    monde.round()
    reader.read()
    turned = monde.head()
    monde.renew(tete=monde.tete.model_copy(update={"signataire": {"signataire-2": private}}))
    monde.publish()
    monde.round()
    reader.read()
    assert reader.tete.current is not None
    assert reader.tete.current.signed_by == {"signataire-2", "temoin"}
    first = monde.policy.trousseau.from_pem({name: path.read_bytes() for name, path in old.cles.items()}, 2)
    assert queries.rotation(first.empreinte) == turned == (monde.folder / f"journal/cles/{first.empreinte}.json").read_bytes()


def test_a_false_signature_brought_by_a_person_is_refused_and_one_in_the_base_spoils_nothing(monde: Editeur) -> None:
    stranger = ClePrivee.from_seed("secours", b"\1" * 32)
    with pytest.raises(AucuneTete):
        deposit(sign_payload(b"{}", stranger), auteur="agent", now=NOW)
    monde.publish()
    monde.signataire()
    waiting = queries.en_attente()
    assert waiting is not None
    false = sign_payload(bytes(waiting.charge), stranger)
    with pytest.raises(SignatureRefusee):
        deposit(false, auteur="agent", now=NOW)
    actions.cosign(waiting, false, auteur="intrus", now=NOW)  # the role of the pages may write it
    actions.cosign(waiting, sign_payload(bytes(waiting.charge), ClePrivee.from_seed("temoin", b"\2" * 32)), auteur="intrus", now=NOW)
    monde.signataire()
    assert queries.en_attente() is not None
    monde.round()
    assert queries.en_attente() is None


def test_the_temoin_refuses_a_head_that_names_another_list(espace: Any, monde: Editeur) -> None:
    monde.publish()
    monde.round()
    monde.publish()
    espace.sql("DROP TRIGGER liste_blanche_publication_jamais_change ON liste_blanche_publication")
    other = Publication.objects.get(sequence=1)
    espace.sql("UPDATE liste_blanche_publication SET contenu = %s WHERE sequence = 2", bytes(other.contenu or b""))
    monde.signataire()
    with pytest.raises(TemoinRefuse, match="ne dit pas ce que dit la liste 2"):
        monde.temoin()


def test_the_temoin_refuses_a_log_whose_past_was_rewritten(espace: Any, monde: Editeur) -> None:
    for _ in range(2):
        monde.publish()
        monde.round()
    for table in ("feuille", "noeud"):
        espace.sql(f"DROP TRIGGER tete_{table}_jamais_change ON tete_{table}")
    espace.sql("UPDATE tete_noeud SET empreinte = %s WHERE niveau = 0 AND rang = 0", b"\0" * 32)
    espace.sql("UPDATE tete_noeud SET empreinte = %s WHERE niveau = 1 AND rang = 0", b"\1" * 32)
    monde.publish()
    monde.signataire()
    with pytest.raises(TemoinRefuse, match="allonger"):
        monde.temoin()
    assert len(SignatureTete.objects.filter(tete=queries.en_attente())) == 1


def test_the_temoin_refuses_two_heads_of_one_number_even_when_the_base_forgot_the_first(espace: Any, monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    assert monde.temoin()
    for table in ("signaturetete", "tete"):
        espace.sql(f"DROP TRIGGER tete_{table}_jamais_change ON tete_{table}")
        espace.sql(f"DELETE FROM tete_{table}")
    monde.time.sleep(300)
    monde.publish()
    monde.signataire()
    with pytest.raises(TemoinRefuse, match="même numéro"):
        monde.temoin()


def test_a_temoin_without_its_memory_signs_nothing_until_a_person_gives_it_back(monde: Editeur) -> None:
    monde.publish()
    monde.round()
    monde.tete.temoin_etat.unlink()
    monde.publish()
    monde.signataire()
    with pytest.raises(TemoinSansMemoire):
        monde.temoin()
    assert resume(monde.tete).numero == 1
    assert monde.temoin()


def test_a_damaged_memory_of_the_temoin_is_told(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    for damage in (b"", b"{}", b"[", b'{"repere": {"numero": 0}}', b'{"repere": []}', b"\xff"):
        monde.tete.temoin_etat.write_bytes(damage)
        with pytest.raises(TemoinSansMemoire):
            monde.temoin()


def test_the_temoin_refuses_keys_and_signers_that_its_own_settings_do_not_know(espace: Any, monde: Editeur, tmp_path: Path) -> None:
    monde.publish()
    monde.round()
    mine = monde.settings
    _, public = new_key(tmp_path / "intrus", "intrus")
    keys = {**monde.tete.cles, "intrus": public}
    monde.renew(tete=monde.tete.model_copy(update={"cles": keys, "seuil": 2}))
    monde.time.sleep(90)
    monde.signataire()
    assert content(queries.en_attente()).trousseau.find("intrus")  # type: ignore[arg-type]
    monde.settings = mine
    with pytest.raises(TemoinRefuse, match="clés"):
        monde.temoin()


def test_a_head_that_lacks_signatures_near_the_end_of_the_last_one_is_an_alarm_that_the_next_head_closes(monde: Editeur) -> None:
    monde.publish()
    monde.round()
    monde.time.sleep(28 * 3600)
    monde.signataire()
    assert [alarme.code for alarme in open_alarms()] == ["tete.en_retard"]
    monde.temoin()
    monde.signataire()
    assert list(open_alarms()) == []
    assert Alarme.objects.get().fermee_par == alarmes.SUCCES


def test_unreadable_keys_stop_the_head_and_not_the_list(monde: Editeur, tmp_path: Path) -> None:
    (tmp_path / "cles/secours.pub").write_text("pas une clé")
    monde.publish()
    monde.signataire()
    assert monde.liste()
    assert [alarme.code for alarme in open_alarms()] == ["tete.cles_locales"]


def test_a_head_never_names_a_list_that_is_not_in_the_folder(monde: Editeur) -> None:
    monde.publish()
    monde.signataire()
    monde.temoin()
    (monde.folder / "liste-blanche.xml").unlink()
    with monde.espace.role("signataire"):
        monde.etabli.turn()
    assert not (monde.folder / "tete.json").exists()
    assert [alarme.code for alarme in open_alarms()] == ["tete.ecriture"]
    monde.time.sleep(61)
    monde.signataire()
    assert verify_tete(monde.head(), monde.policy, at=monde.time.now).tete.sequence == 1
    assert list(open_alarms()) == []


def test_what_a_kill_left_between_the_row_and_the_file_is_made_again(monde: Editeur) -> None:
    monde.publish()
    monde.round()
    head = monde.head()
    (monde.folder / "tete.json").unlink()
    (monde.folder / ".tete.oubliee").write_text("{")
    monde.renew()
    monde.signataire()
    assert monde.head() == head
    assert not (monde.folder / ".tete.oubliee").exists()


def test_old_proofs_leave_the_folder_and_stay_in_the_base(monde: Editeur) -> None:
    for _ in range(4):
        monde.publish()
        monde.round()
    names = {path.stem for path in (monde.folder / "journal/consistance").iterdir()}
    assert {name.rpartition("-")[2] for name in names} == {"3", "4"}
    assert PreuveConsistance.from_json(queries.preuve_consistance(1, 2)).vers == 2


def test_a_proof_that_never_was_is_refused(monde: Editeur) -> None:
    monde.publish()
    monde.publish()
    for first, second in ((0, 1), (2, 1), (1, 3), (-1, 1)):
        with pytest.raises(PreuveInexistante):
            queries.preuve_consistance(first, second)
    for sequence, size in ((0, 1), (2, 1), (3, 2), (1, 3), (1, 0)):
        with pytest.raises(PreuveInexistante):
            queries.preuve_inclusion(sequence, size)


def test_a_confirmed_mass_removal_is_told_by_the_head(monde: Editeur) -> None:
    monde.renew(removal_floor=0, removal_fraction=0.1)
    monde.publish()
    monde.round()
    assert not verify_tete(monde.head(), monde.policy, at=monde.time.now).tete.retrait_massif
    monde.espace.sql("UPDATE registre_drimbox SET statut = 'exclue', motif = 'cyber'")
    assert monde.publish().code == "publication.retrait_massif"
    monde.publish(retrait_massif=True)
    monde.round()
    assert verify_tete(monde.head(), monde.policy, at=monde.time.now).tete.retrait_massif
