# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A change of signer: announced by the head, overlapping, without a minute at which a reader refuses the list."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from espace.alarmes.queries import open_alarms
from espace.config import Signer, Token
from espace.liste_blanche import queries
from espace.liste_blanche.errors import SansSuccesseur
from espace.liste_blanche.exercice import exercise
from tests.espace_donnees import ZONE, integrate
from tests.espace_env import write_secret
from tests.espace_tetes import Editeur, Lecteur, dn_of, editeur, head_settings, new_signer

NOW = datetime.now(UTC)
SUCCESSEUR = "Liste Blanche DRIM-M 2"


@dataclass
class Changement:
    """A publisher whose next signer begins in three hours."""

    monde: Editeur
    present: Signer
    following: Signer


@pytest.fixture
def changement(espace: Any, tmp_path: Path) -> Changement:
    integrate(2, now=NOW)
    begin = NOW + timedelta(hours=3)
    following = new_signer(espace.pki, "suivant", NOW - timedelta(hours=1), NOW + timedelta(days=900), cn=SUCCESSEUR)
    following = following.model_copy(update={"since": begin})
    monde = editeur(espace, NOW, tete=head_settings(tmp_path / "cles"), next_signers=(following,))
    return Changement(monde, monde.settings.signer, following)


def test_readers_that_pin_both_signers_refuse_no_minute_of_the_change(changement: Changement) -> None:
    monde = changement.monde
    monde.publish()
    monde.round()
    both, old = Lecteur.of(monde), Lecteur.of(monde, dn_of(changement.present))
    signers = set()
    for minute in range(6 * 60):
        if minute % 30 == 15:
            monde.publish()
            monde.round()
        both.try_to_read()
        old.try_to_read()
        signers.add(str(both.trusted.liste.require().signer))
        monde.time.sleep(60)
    assert both.refused == []
    assert signers == {str(dn_of(changement.present)), str(dn_of(changement.following))}
    assert {code for _, code in old.refused} == {"liste_blanche.signataire_inconnu"}
    assert min(at for at, _ in old.refused) >= changement.following.since  # type: ignore[type-var, operator]


def test_the_head_announces_the_next_signer_and_a_late_announcement_is_an_alarm(changement: Changement) -> None:
    monde = changement.monde
    monde.publish()
    monde.round()
    reader = Lecteur.of(monde)
    reader.read()
    assert reader.tete.current is not None
    named = reader.tete.current.tete.signataires
    assert [one.dn for one in named] == [str(dn_of(changement.present)), str(dn_of(changement.following))]
    assert named[1].valid_from == changement.following.since.replace(microsecond=0)  # type: ignore[union-attr]
    monde.renew()
    monde.signataire()
    assert [one.code for one in open_alarms()] == ["signataire.annonce_tardive"]
    monde.renew(announce_days=0.1)
    monde.signataire()
    assert list(open_alarms()) == []


def test_the_drill_signs_with_the_next_one_reads_as_both_kinds_of_readers_and_publishes_nothing(changement: Changement) -> None:
    monde = changement.monde
    monde.publish()
    before = monde.liste()
    with monde.espace.role("signataire"):
        compte = exercise(monde.settings, zone=ZONE, now=monde.time.now)
    assert (compte.dn, compte.domaines, compte.ready) == (str(dn_of(changement.following)), 2, True)
    assert [one.error is None for one in compte.lectures] == [False, True]
    assert monde.liste() == before
    assert queries.current().sequence == 1  # type: ignore[union-attr]
    with pytest.raises(SansSuccesseur):
        exercise(monde.settings.model_copy(update={"next_signers": ()}), zone=ZONE, now=monde.time.now)


def test_the_drill_shows_a_next_signer_that_readers_would_refuse(changement: Changement) -> None:
    revoked = changement.monde.espace.pki.revoked.sign
    wrong = changement.following.model_copy(update={"certificate": revoked.certificate, "key": revoked.key})
    settings = changement.monde.settings.model_copy(update={"next_signers": (wrong,)})
    with changement.monde.espace.role("signataire"):
        compte = exercise(settings, zone=ZONE, now=changement.monde.time.now)
    assert not compte.ready
    assert compte.lectures[1].error is not None


@pytest.mark.peer("softhsm2")
def test_a_signer_whose_key_is_in_a_token_publishes(changement: Changement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monde = changement.monde
    (tmp_path / "jetons").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'jetons'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    key, pin = str(changement.present.key), "2468"
    for argv in (
        ["--init-token", "--free", "--label", "liste", "--pin", pin, "--so-pin", pin],
        ["--import", key, "--token", "liste", "--label", "signataire", "--id", "01", "--pin", pin],
    ):
        subprocess.run(["softhsm2-util", *argv], check=True, capture_output=True, timeout=60)
    modules = Path("/usr/lib").glob("**/softhsm/libsofthsm2.so")
    write_secret(tmp_path / "code", pin)
    token = Token(module=next(modules), token="liste", label="signataire", pin=tmp_path / "code")
    monde.renew(signer=changement.present.model_copy(update={"key": None, "pkcs11": token}))
    monde.publish()
    monde.round()
    Lecteur.of(monde).read()
    monde.renew(signer=monde.settings.signer.model_copy(update={"pkcs11": token.model_copy(update={"label": "autre"})}))
    assert monde.publish().code == "signature.jeton"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": None},
        {"pkcs11": {"module": "/m", "token": "t", "label": "l", "pin": "/p"}},
        {"until": NOW - timedelta(days=1), "since": NOW},
    ],
)
def test_a_signer_has_one_key_and_dates_in_order(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"pkcs11|until"):
        Signer.model_validate({"certificate": "/c", "key": "/k", **wrong})
