# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pieces sealed at rest, who may open them, how long they stay; what each PostgreSQL role may not do."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.auth.models import User

from confiance.exploitation.coffre.cles import Trousseau
from confiance.exploitation.coffre.scelle import Coffre, CoffreFerme, key_id_of
from espace.acteurs.actions import facteurs
from espace.coffre import fields
from espace.coffre.actions import rotate
from espace.coffre.errors import CoffreAbsent
from espace.guichet import actions as guichet
from espace.guichet import queries
from espace.guichet.errors import DossierAbsent, FormulaireRefuse, PieceIntrouvable, PieceTropLourde, StockagePlein, TypeRefuse
from espace.guichet.models import Dossier, Message, Piece
from espace.guichet.natures import Nature
from espace.instruction import actions
from espace.instruction.echeances import relancer
from tests.espace_dossiers import AUTRE_SIRET, NOW, PDF, ZED, agent, deposer_declaration, operateur, personne


@pytest.fixture
def draft(espace: Any) -> Any:
    made = operateur()
    return actions.ouvrir("declaration", made, personne(made), at=NOW)


def _give(dossier: Any, contenu: bytes = ZED, nature: Nature = Nature.CGI, nom: str = "cgi.zed") -> Piece:
    return guichet.deposer_piece(dossier.pk, nature, nom, contenu, personne(dossier.operateur), at=NOW)


def test_a_piece_is_sealed_at_rest_and_opens_as_it_came(espace: Any, draft: Any) -> None:
    piece = _give(draft)
    stored = bytes(espace.sql("SELECT contenu FROM guichet_piece")[0][0])
    assert b"conteneur" not in stored
    kept, plain = queries.open_piece(piece.pk, personne(draft.operateur))
    assert (plain, kept.sha256) == (ZED, hashlib.sha256(ZED).hexdigest())


def test_drafts_opened_filled_and_abandoned_again_and_again_fill_no_disk(espace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = operateur()
    known = settings.ESPACE
    small = known.guichet.model_copy(update={"operateur_max_bytes": 3 * len(ZED)})
    monkeypatch.setattr(settings, "ESPACE", known.model_copy(update={"guichet": small}))

    def again() -> Any:
        dossier = actions.ouvrir("declaration", made, personne(made), at=NOW)
        _give(dossier)
        return actions.avancer(dossier.pk, "abandon", personne(made), at=NOW)

    for _ in range(3):
        again()
    with pytest.raises(StockagePlein):
        again()
    other = operateur(AUTRE_SIRET, "Opérateur B")
    _give(actions.ouvrir("declaration", other, personne(other, "benoit"), at=NOW))
    assert queries.bytes_kept(made.pk) == 3 * len(ZED)
    with espace.role("ouvrier"):
        relancer(NOW)
    assert queries.bytes_kept(made.pk) == 0
    again()


def test_a_piece_moved_to_another_row_does_not_open(espace: Any, draft: Any) -> None:
    first, second = _give(draft), _give(draft, PDF, Nature.AUTRE, "note.pdf")
    espace.sql("UPDATE guichet_piece SET contenu = (SELECT contenu FROM guichet_piece WHERE id = %s) WHERE id = %s", first.pk, second.pk)
    with pytest.raises(CoffreFerme):
        queries.open_piece(second.pk, personne(draft.operateur))


def test_nobody_else_opens_a_piece_and_the_answer_is_always_the_same(espace: Any, draft: Any) -> None:
    piece, other = _give(draft), operateur(AUTRE_SIRET, "Autre")
    answers = []
    for number, who in ((piece.pk, personne(other)), (piece.pk, agent()), (uuid.uuid4(), personne(other))):
        with pytest.raises(PieceIntrouvable) as refused:
            queries.open_piece(number, who)
        answers.append(refused.value.as_dict())
    assert answers[0] == answers[1] == answers[2]  # the agent sees it only once the dossier is submitted
    with pytest.raises(DossierAbsent):
        queries.dossier_for(draft.numero, personne(other))
    assert list(queries.dossiers_for(personne(other))) == []


def test_an_agent_opens_the_piece_of_a_submitted_dossier(espace: Any) -> None:
    dossier = deposer_declaration(operateur())
    piece = queries.current_pieces(dossier)[0]
    assert queries.open_piece(piece.pk, agent())[1].startswith(ZED)
    assert queries.dossier_for(dossier.numero, agent()).pk == dossier.pk


def test_the_same_file_sent_twice_is_one_and_a_new_one_replaces_it(draft: Any) -> None:
    first, again = _give(draft), _give(draft)
    assert first.pk == again.pk
    second = _give(draft, ZED + b"2")
    assert [piece.pk for piece in queries.current_pieces(draft)] == [second.pk]
    assert len(queries.pieces(draft)) == 2


def test_size_count_and_type_are_limited(espace: Any, draft: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeRefuse):
        _give(draft, b"MZ\x90")
    limits = settings.ESPACE.guichet.model_copy(update={"piece_max_bytes": 500, "pieces_max": 2})
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"guichet": limits}))
    with pytest.raises(PieceTropLourde, match=r"500.octets"):
        _give(draft, ZED + b"x" * 500)
    for number in range(2):
        _give(draft, ZED + bytes([number]), Nature.AUTRE)
    with pytest.raises(PieceTropLourde, match="2 pièces"):
        _give(draft, ZED + b"3", Nature.AUTRE)


def test_without_a_key_ring_no_piece_is_taken(draft: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"coffre": None}))
    fields.coffre.cache_clear()
    try:
        with pytest.raises(CoffreAbsent):
            _give(draft)
    finally:
        fields.coffre.cache_clear()
    assert not Piece.objects.exists()


def test_a_new_key_seals_everything_again_and_the_old_one_may_go(espace: Any, draft: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = _give(draft)
    old = fields.coffre().trousseau
    both = Coffre(Trousseau({"neuve": b"n" * 32, **old.keys}), "espace")
    monkeypatch.setattr("espace.coffre.actions.coffre", lambda: both)
    with espace.role("proprietaire"):
        assert rotate() == 1
        assert rotate() == 0
    stored = bytes(Piece.objects.get().contenu)
    assert key_id_of(stored) == "neuve"
    monkeypatch.setattr(fields, "coffre", lambda: Coffre(Trousseau({"neuve": b"n" * 32}), "espace"))
    assert queries.open_piece(piece.pk, personne(draft.operateur))[1] == ZED


def test_the_command_seals_again_what_the_ring_says_second_factors_included(
    espace: Any, draft: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _give(draft)
    secret = facteurs.new_secret()
    with espace.role("proprietaire"):
        factor, spare = facteurs.enrol(User.objects.create_user("claude"), secret, auteur="essai")
    ring = espace.folder / "trousseau"
    before = ring.read_text(encoding="utf-8")
    try:
        ring.write_text(f"suivante {base64.b64encode(b'k' * 32).decode()}\n{before}", encoding="utf-8")
        done = espace.run("coffre", "renouveler", "--json", timeout=120)
        assert (done.returncode, json.loads(done.stdout)) == (0, {"scelles": 3}), done.stderr
    finally:
        ring.write_text(before, encoding="utf-8")
    assert key_id_of(bytes(Piece.objects.get().contenu)) == "suivante"
    monkeypatch.setattr(facteurs, "coffre", lambda: Coffre(Trousseau({"suivante": b"k" * 32}), "espace"))
    factor.refresh_from_db()
    assert facteurs.unseal(factor.data["secret"]) == secret
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == spare


def test_pieces_of_a_finished_dossier_are_erased_in_time_their_hash_stays(espace: Any) -> None:
    made = operateur()
    finished, running = deposer_declaration(made), deposer_declaration(made, prefix="x")
    actions.avancer(finished.pk, "refuse", agent(), at=NOW, motif="Non.")
    with espace.role("ouvrier"):
        relancer(NOW + timedelta(days=364))
        assert Piece.objects.filter(purgee_le__isnull=False).count() == 0
        relancer(NOW + timedelta(days=366))
    gone = Piece.objects.get(dossier=finished)
    assert (gone.contenu, len(gone.sha256), gone.purgee_le) == (None, 64, NOW + timedelta(days=366))
    assert Piece.objects.get(dossier=running).contenu
    with pytest.raises(PieceIntrouvable):
        queries.open_piece(gone.pk, agent())


def test_a_draft_left_alone_is_abandoned(espace: Any, draft: Any) -> None:
    with espace.role("ouvrier"):
        relancer(NOW + timedelta(days=59))
        assert Dossier.objects.get().etat == "brouillon"
        relancer(NOW + timedelta(days=61))
    assert Dossier.objects.get().etat == "abandonnee"


def test_a_message_is_text_in_bounds(espace: Any) -> None:
    made = operateur()
    dossier = deposer_declaration(made)
    guichet.ecrire(dossier, "Bonjour,\r\nune question.", agent(), at=NOW)
    assert Message.objects.get().texte == "Bonjour,\nune question."
    for texte in ("", "   ", "x" * 4001, "a\x00b"):
        with pytest.raises(FormulaireRefuse):
            guichet.ecrire(dossier, texte, personne(made), at=NOW)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("pages", "UPDATE guichet_etape SET verb = 'accept'"),
        ("proprietaire", "UPDATE guichet_etape SET motif = 'x'"),
        ("proprietaire", "DELETE FROM guichet_etape"),
        ("proprietaire", "DELETE FROM instruction_exclusion"),
        ("pages", "DELETE FROM guichet_dossier"),
        ("pages", "UPDATE guichet_dossier SET operateur_id = 1"),
        ("pages", "UPDATE guichet_dossier SET numero = 'DM-2026-000009'"),
        ("pages", "UPDATE guichet_piece SET contenu = NULL"),
        ("pages", "UPDATE guichet_piece SET sha256 = ''"),
        ("pages", "DELETE FROM guichet_piece"),
        ("pages", "UPDATE guichet_verification SET verdict = 'conforme'"),
        ("pages", "UPDATE meteo_cible SET depuis = now()"),
        ("ouvrier", "UPDATE guichet_dossier SET donnees = '{}'"),
        ("ouvrier", "SELECT password FROM auth_user"),
        ("ouvrier", "UPDATE registre_drimbox SET statut = 'exclue'"),
        ("ouvrier", "INSERT INTO instruction_exclusion (motif) VALUES ('cyber')"),
        ("zone", "SELECT * FROM guichet_dossier"),
        ("signataire", "SELECT * FROM guichet_piece"),
        ("temoin", "SELECT * FROM guichet_dossier"),
        ("depot", "SELECT * FROM guichet_dossier"),
    ],
)
def test_a_role_has_no_more_rights_than_its_trade(espace_submitted: Any, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace_submitted.sql(statement, role=role)


@pytest.fixture(scope="module")
def espace_submitted(espace_partage: Any) -> Any:
    from espace.instruction.exclusion.actions import pronounce
    from espace.registre.models import CoupleFqdn
    from espace.registre.states import Motif
    from tests.espace_dossiers import declarer, integrer

    made = operateur()
    integrer(made, declarer(made).commande)
    pronounce(CoupleFqdn.objects.select_related("operateur").get(), Motif.CYBER, "x", auteur="essai", at=NOW)
    return espace_partage
