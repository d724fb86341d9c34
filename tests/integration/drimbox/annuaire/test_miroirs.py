# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Several addresses: each with its own tag and its own word, none able to hide what another gives."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from drimbox.socle.annuaire import queries
from drimbox.socle.annuaire.actions import refresh, releve
from drimbox.socle.annuaire.actions.liste import apply_list
from drimbox.socle.annuaire.models import Miroir
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.annuaire.site import Site, body, change, dripping, endless, serving, silent, tagged
from tests.integration.drimbox.partage.maille import Maille

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _two(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    queries.forget()
    change(monkeypatch, urls=(site.url("m1/liste-blanche.xml"), site.url("m2/liste-blanche.xml")))


def put(site: Site, where: str, data: Any) -> None:
    site.files[f"{where}/liste-blanche.xml"] = data


def results() -> dict[str, tuple[str, str]]:
    return {row.url.split("/")[3]: (row.result, row.code) for row in Miroir.objects.all()}


def in_force(at: datetime = LATER) -> set[str]:
    queries.forget()
    return set(queries.current(at).names)


@pytest.mark.parametrize(("late", "code"), [("m1", "annuaire.miroir_en_retard"), ("m2", "liste_blanche.retour_arriere")])
def test_an_address_with_an_older_list_is_skipped_and_told_whatever_its_place(maille: Maille, site: Site, late: str, code: str) -> None:
    other = {"m1": "m2", "m2": "m1"}[late]
    put(site, late, maille.signed_list(DB, DB2, at=NOW))
    put(site, other, maille.signed_list(DB, at=NOW + timedelta(minutes=1)))
    assert refresh(LATER).result == "nouvelle"
    assert in_force() == {DB}
    refresh(LATER + timedelta(minutes=1))
    assert results() == {other: ("inchange", ""), late: ("ancien", code)}
    assert maille.journal("annuaire:miroir:refused")


def test_each_address_is_asked_with_its_own_tag_and_no_other(maille: Maille, site: Site) -> None:
    for where in ("m1", "m2"):
        put(site, where, body(maille.signed_list(DB, at=NOW), ETag=f'"tag of {where}"'))
    refresh(LATER)
    site.asked.clear()
    refresh(LATER + timedelta(minutes=1))
    assert dict(site.asked) == {"m1/liste-blanche.xml": '"tag of m1"', "m2/liste-blanche.xml": '"tag of m2"'}


def test_the_same_list_from_two_addresses_is_one_event(maille: Maille, site: Site) -> None:
    data = maille.signed_list(DB, at=NOW)
    put(site, "m1", data)
    put(site, "m2", data)
    assert refresh(LATER).result == "nouvelle"
    assert len(maille.journal("annuaire:liste:applied")) == 1
    assert not maille.journal("annuaire:liste:confirmed")
    assert results() == {"m1": ("nouveau", ""), "m2": ("inchange", "")}


def test_an_address_that_stays_broken_is_told_once_and_asked_last(maille: Maille, site: Site) -> None:
    put(site, "m1", body(b"", 500))
    put(site, "m2", maille.signed_list(DB, at=NOW))
    for minute in range(3):
        assert refresh(LATER + timedelta(minutes=minute)).ok
    assert [fields["url_host"] for _, _, fields in maille.journal("annuaire:miroir:refused")] == ["127.0.0.1"]
    site.asked.clear()
    refresh(LATER + timedelta(minutes=4))
    assert site.paths() == ["m2/liste-blanche.xml", "m1/liste-blanche.xml"]


@pytest.mark.parametrize("hostile", [dripping, endless, silent])
def test_a_hostile_address_neither_blocks_the_pull_nor_fills_the_memory(
    maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch, hostile: Any
) -> None:
    change(monkeypatch, timeout=0.6, idle_seconds=0.4, max_bytes=200_000)
    put(site, "m1", hostile(site.stop))
    put(site, "m2", maille.signed_list(DB, at=NOW))
    assert refresh(LATER).result == "nouvelle"
    assert in_force() == {DB}
    assert results()["m1"][1] in {"annuaire.adresse_injoignable", "annuaire.liste_trop_grosse"}


@pytest.mark.parametrize("etag", [b'"\xff\xfe"', b'"\xc3\xa9"', b'"a\x00b"', b'"a\x01b"', b'"' + b"x" * 300 + b'"'])
def test_a_tag_of_bytes_that_cannot_be_kept_hides_no_other_address(maille: Maille, site: Site, etag: bytes) -> None:
    put(site, "m1", tagged(maille.signed_list(DB, DB2, at=NOW), etag))
    put(site, "m2", maille.signed_list(DB, at=NOW + timedelta(minutes=1)))
    assert refresh(LATER).ok
    assert in_force() == {DB}
    site.asked.clear()
    assert refresh(LATER + timedelta(minutes=1)).ok
    assert dict(site.asked)["m1/liste-blanche.xml"] is None


def test_an_answer_that_breaks_our_own_reading_hides_no_other_address(maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = maille.signed_list(DB, DB2, at=NOW)
    put(site, "m1", broken)
    put(site, "m2", maille.signed_list(DB, at=NOW + timedelta(minutes=1)))

    def breaks(answer: Any, *rest: Any) -> Any:
        if answer.data == broken:
            "\udcff".encode()
        return apply_list(answer, *rest)

    monkeypatch.setattr(releve, "apply_list", breaks)
    assert refresh(LATER).ok
    assert in_force() == {DB}
    assert results() == {"m1": ("refuse", "annuaire.reponse_imprevue"), "m2": ("nouveau", "")}


def test_a_database_that_fails_is_no_fault_of_an_address(maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    put(site, "m1", maille.signed_list(DB, at=NOW))
    monkeypatch.setattr(releve, "apply_list", failing)
    with pytest.raises(OperationalError):
        refresh(LATER)
    assert results()["m1"] == ("", "")


def failing(*_arguments: Any) -> Any:
    raise OperationalError


def test_two_lists_under_the_same_dates_are_an_alarm_until_a_person_acts(maille: Maille, site: Site) -> None:
    from drimbox.socle.annuaire.actions import acknowledge_alarm

    put(site, "m1", maille.signed_list(DB, at=NOW))
    put(site, "m2", maille.signed_list(DB, DB2, at=NOW))
    refresh(LATER)
    assert in_force() == {DB}
    assert results()["m2"] == ("refuse", "liste_blanche.meme_date_autre_corps")
    put(site, "m2", maille.signed_list(DB, at=NOW))
    refresh(LATER + timedelta(minutes=1))
    assert [alarme.code for alarme in queries.open_alarms()] == ["liste_double"]
    acknowledge_alarm("liste_double", LATER)
    assert queries.open_alarms() == []
    assert maille.journal("annuaire:alarme:closed")


def test_a_304_that_no_tag_asked_for_is_refused(maille: Maille, site: Site) -> None:
    put(site, "m1", body(b"", 304))
    put(site, "m2", body(b"", 304))
    assert refresh(LATER).code == "annuaire.reponse_refusee"


def test_a_304_of_an_address_left_behind_confirms_nothing(maille: Maille, site: Site) -> None:
    old = maille.signed_list(DB, DB2, at=NOW)
    put(site, "m1", old)
    put(site, "m2", old)
    refresh(LATER)
    put(site, "m2", maille.signed_list(DB, at=NOW + timedelta(minutes=1)))
    refresh(LATER + timedelta(minutes=1))
    site.files.pop("m2/liste-blanche.xml")
    bilan = refresh(LATER + timedelta(minutes=2))
    assert (bilan.ok, results()["m1"]) == (False, ("ancien", "annuaire.miroir_en_retard"))
    assert in_force() == {DB}


def test_a_server_whose_certificate_nobody_knows_is_not_read(maille: Maille, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    data = maille.signed_list(DB, at=NOW)
    put(site, "m2", data)
    with serving(0, tls_of(maille)) as stranger:
        stranger.files["liste-blanche.xml"] = data
        change(monkeypatch, urls=(f"https://localhost:{stranger.port}/liste-blanche.xml", site.url("m2/liste-blanche.xml")))
        assert refresh(LATER).ok
        assert stranger.asked == []
    assert [row.code for row in Miroir.objects.order_by("id")] == ["annuaire.adresse_injoignable", ""]


def test_a_server_that_does_not_speak_tls_is_not_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, urls=(site.url("liste-blanche.xml").replace("http:", "https:"),))
    assert refresh(LATER).code == "annuaire.liste_inaccessible"


def tls_of(maille: Maille) -> ssl.SSLContext:
    """A server's certificate that the system does not know."""
    identity = maille.pki.market("psc.banc.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    return context
