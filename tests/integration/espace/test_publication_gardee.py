# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Two lists that readers would refuse for long, stopped before they go out: one of the future, one whose chain leads nowhere."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from espace.alarmes.queries import open_alarms
from espace.liste_blanche import queries
from espace.liste_blanche.publication import Clock, Publisher
from espace.liste_blanche.states import Etat
from tests.espace_donnees import integrate
from tests.espace_env import ZONE
from tests.espace_tetes import Editeur, editeur

NOW = datetime.now(UTC)


@pytest.fixture
def monde(espace: Any) -> Editeur:
    """A publisher of one list, without heads."""
    integrate(2, now=NOW)
    monde = editeur(espace, NOW)
    assert monde.publish().etat == Etat.PUBLIEE
    monde.time.sleep(60)
    return monde


def alarms() -> list[str]:
    return [alarme.code for alarme in open_alarms()]


def test_a_clock_days_ahead_of_the_base_publishes_nothing_and_the_next_list_goes_out_once_it_is_right(monde: Editeur) -> None:
    before = monde.liste()
    wrong = Clock(lambda: timezone.now() + timedelta(days=2), monde.time.sleep)  # its other clock is that of PostgreSQL
    monde.publisher = Publisher(monde.settings, zone=ZONE, clock=wrong)
    refused = monde.publish()
    assert (refused.etat, refused.code) == (Etat.REFUSEE, "publication.horloge_en_avance")
    assert monde.liste() == before
    assert alarms() == ["publication.horloge_en_avance"]
    monde.renew()
    assert monde.publish().etat == Etat.PUBLIEE
    assert alarms() == []


def test_what_readers_forgive_is_published(monde: Editeur) -> None:
    monde.time.now = timezone.now() + timedelta(minutes=4)
    monde.publisher = Publisher(monde.settings, zone=ZONE, clock=Clock(lambda: monde.time.now, monde.time.sleep))
    assert monde.publish().etat == Etat.PUBLIEE


def test_every_process_may_read_the_clock_of_the_base(monde: Editeur) -> None:
    for role in ("pages", "signataire", "temoin"):
        with monde.espace.role(role):
            assert abs(queries.clock_of_base() - timezone.now()) < timedelta(minutes=1)


def test_a_chain_that_is_not_above_the_signer_is_not_published(monde: Editeur) -> None:
    before, good = monde.liste(), monde.settings.signer
    foreign = monde.folder.parent / "etrangere.pem"
    shutil.copy(monde.espace.pki.foreign_root, foreign)
    monde.renew(signer=good.model_copy(update={"chain": foreign}))
    refused = monde.publish()
    assert (refused.etat, refused.code) == (Etat.REFUSEE, "publication.chaine")
    assert monde.liste() == before
    monde.renew(signer=good)
    assert monde.publish().etat == Etat.PUBLIEE
    assert alarms() == []


def test_a_chain_in_another_order_or_said_twice_is_published(monde: Editeur) -> None:
    pki, shuffled = monde.espace.pki, monde.folder.parent / "melangee.pem"
    shuffled.write_bytes(pki.root.read_bytes() + pki.intermediate.read_bytes() + pki.root.read_bytes())
    monde.renew(signer=monde.settings.signer.model_copy(update={"chain": shuffled}))
    assert monde.publish().etat == Etat.PUBLIEE
