# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pure rules of the rooms: declarations, names, dates, states, health."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confiance.distinguished_name import DistinguishedNameError
from confiance.errors import DrimmError
from confiance.liste_blanche import Brouillon
from espace.acteurs.rules import ClientDeclare, DeclarationRefusee, OperateurDeclare, SirenRefuse, SiretRefuse, check_paragraph
from espace.liste_blanche import rules as liste
from espace.liste_blanche import states as publication
from espace.liste_blanche.errors import HorlogeEnRetard, LigneDuFutur
from espace.liste_blanche.queries import EnVigueur
from espace.liste_blanche.refus import explication
from espace.liste_blanche.rules import LigneDuRegistre
from espace.registre import states as registre
from espace.registre.declaration import MAX_BYTES, DeclarationIllisible, parse_declaration
from espace.registre.rules import DnRefuse, check_dn, next_serial, normalise, sort_key
from espace.registre.states import IN_LIST, Statut, TransitionRefusee
from espace.roles import RoleInconnu, role_of
from espace.web.public.sante import state
from tests.espace_donnees import NOW, SIREN, SIRET, ZONE, dn, document

DB = f"db1.349.{ZONE}"


@pytest.mark.parametrize("typed", [SIRET, "732 829 320 00074", "35600000049837", "35600000000048"])
def test_a_siret_is_kept_as_digits_and_la_poste_has_its_own_key(typed: str) -> None:
    assert OperateurDeclare("A", typed, "a@b.fr").siret == typed.replace(" ", "")


@pytest.mark.parametrize("typed", ["", "73282932000075", "7328293200007", "x" * 14, "356000000498371", "73282932000074\n1"])
def test_what_is_not_a_siret_is_refused(typed: str) -> None:
    with pytest.raises(SiretRefuse):
        OperateurDeclare("A", typed, "a@b.fr")


def test_the_siren_of_a_client_is_never_quoted_in_a_refusal() -> None:
    with pytest.raises(SirenRefuse) as refused:
        ClientDeclare("123456789")
    assert "123456789" not in str(refused.value.as_dict())


@pytest.mark.parametrize(
    "values",
    [
        {"denomination": " "},
        {"denomination": "x" * 256},
        {"denomination": "a\nb"},
        {"denomination": "a\x00b"},
        {"support_mail": ""},
        {"support_mail": "sans-arobase"},
        {"support_mail": "a@b.fr, c@d.fr"},
        {"contact_projet": "a@b.fr."},
        {"contact_projet": "a@b..fr"},
        {"contact_projet": "(a@b.fr"},
        {"contact_projet": "[a]@b.fr"},
        {"contact_projet": "a@."},
        {"contact_projet": "é@b.fr"},
        {"contact_projet": "a..b@b.fr"},
        {"contact_projet": "a" * 65 + "@b.fr"},
        {"support_telephone": "appelez-nous"},
        {"contact_projet": "personne"},
        {"adresse": "x" * 501},
    ],
)
def test_a_malformed_field_of_the_operateur_is_refused_and_named(values: dict[str, str]) -> None:
    with pytest.raises(DeclarationRefusee):
        OperateurDeclare(**{"denomination": "A", "siret": SIRET, "support_mail": "a@b.fr", **values})


@given(st.binary(max_size=300))
def test_any_bytes_are_a_declaration_or_a_refusal(content: bytes) -> None:
    with pytest.raises(DrimmError):
        parse_declaration(content, zone=ZONE)


_KEYS = st.sampled_from(["operateur", "siret", "pacs", "site", "hote_db"])
_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.sampled_from(["operateur", "clients", "site", "pacs"]), _JSON)
def test_a_declaration_with_any_value_in_a_place_is_read_or_refused(key: str, value: Any) -> None:
    try:
        commande, hotes = parse_declaration(json.dumps(document() | {key: value}).encode(), zone=ZONE)
    except DrimmError:
        return
    assert commande.nombre_pacs == len(hotes)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"{}" + b" " * MAX_BYTES, b'{"operateur": ' * 5000])
def test_a_declaration_too_long_or_too_deep_is_refused(content: bytes) -> None:
    with pytest.raises(DeclarationIllisible):
        parse_declaration(content, zone=ZONE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (dn(DB), dn(DB)),
        (dn(DB).replace(",", ", "), dn(DB)),
        (dn(DB).replace("CN=db1", "CN=DB1"), dn(DB).replace("CN=db1", "CN=DB1")),
        (f"CN={DB},OU=10B0174462,O=Côte-d'Or (21),C=FR", f"CN={DB},OU=10B0174462,O=Côte-d'Or (21),C=FR"),
    ],
)
def test_a_dn_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert check_dn(typed, db=DB) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (dn(f"db2.349.{ZONE}"), "était attendu"),
        (f"OU=300000000300019,O=A,CN={DB}x,C=FR", "était attendu"),
        (f"CN={DB},O=A,C=FR", "OU"),
        (f"CN={DB},OU=abc,O=A,C=FR", "OU"),
        (f"CN={DB},OU=300000000300019,O=A,C=BE", "C=FR"),
        (f"CN={DB},OU=300000000300019,C=FR", "C=FR"),
    ],
)
def test_a_dn_of_another_shape_is_refused_with_what_was_expected(typed: str, words: str) -> None:
    with pytest.raises(DnRefuse, match=words):
        check_dn(typed, db=DB)


@given(st.text(max_size=200))
def test_any_text_is_a_dn_or_a_refusal(text: str) -> None:
    with pytest.raises((DnRefuse, DistinguishedNameError)):
        check_dn(text, db=DB)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_the_serial_number_grows_even_when_the_clock_goes_back(steps: list[int]) -> None:
    serial = 1
    for step in steps:
        following = next_serial(serial, NOW + timedelta(seconds=step - 2))
        assert following > serial
        serial = following


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_numbers_are_ordered_by_value_and_before_words(one: int, other: int) -> None:
    assert (sort_key(str(one)) < sort_key(str(other))) == (one < other)
    assert sort_key(str(one)) < sort_key("test")


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def _ligne(**changes: Any) -> LigneDuRegistre:
    values = {
        "identifiant": 7, "db": DB, "vi": f"vi1.349.{ZONE}", "denomination": "A", "dn_serv_ssl": dn(DB), "support_mail": "a@b.fr",
        "support_telephone": "", "modifiee_le": NOW, "operateur_modifie_le": NOW - timedelta(days=1),
    }  # fmt: skip
    return LigneDuRegistre(**{**values, **changes})


def test_the_date_of_a_row_is_the_last_change_of_what_it_publishes() -> None:
    assert liste.domaine(_ligne()).date_maj == NOW.replace(microsecond=0)
    later = NOW + timedelta(hours=1)
    assert liste.domaine(_ligne(operateur_modifie_le=later)).date_maj == later.replace(microsecond=0)


@pytest.mark.parametrize(("telephone", "support"), [("", "a@b.fr"), ("01 02", "a@b.fr, 01 02")])
def test_the_support_contact_is_the_mail_then_the_telephone(telephone: str, support: str) -> None:
    assert liste.domaine(_ligne(support_telephone=telephone)).support_contact == support


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        (None, NOW.replace(microsecond=0)),
        (timedelta(seconds=5), NOW.replace(microsecond=0)),
        (timedelta(), NOW.replace(microsecond=0) + timedelta(seconds=1)),
    ],
)
def test_the_date_of_a_list_is_this_second_or_the_one_after_the_previous(behind: timedelta | None, expected: datetime) -> None:
    previous = None if behind is None else NOW.replace(microsecond=0) - behind
    assert liste.next_date_generation(NOW, previous, tolerance=timedelta(seconds=5)) == expected


@given(st.lists(st.timedeltas(timedelta(seconds=-3), timedelta(days=2)), max_size=30))
def test_dates_of_lists_always_grow_or_are_refused(steps: list[timedelta]) -> None:
    now, previous = NOW, None
    for step in steps:
        now += step
        try:
            date = liste.next_date_generation(now, previous, tolerance=timedelta(seconds=5))
        except HorlogeEnRetard:
            assert previous is not None
            assert previous > now
            continue
        assert previous is None or date > previous
        assert date.microsecond == 0
        previous = date


def test_two_nights_of_clock_change_do_not_turn_dates_back() -> None:
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    before = datetime(2026, 10, 25, 2, 59, 59, tzinfo=summer)
    after = datetime(2026, 10, 25, 2, 0, 0, tzinfo=winter)
    first = liste.next_date_generation(before, None, tolerance=timedelta(seconds=5))
    assert liste.next_date_generation(after, first, tolerance=timedelta(seconds=5)) == after


def test_a_row_newer_than_the_list_is_refused() -> None:
    row = liste.domaine(_ligne())
    liste.check_dates([row], row.date_maj)
    with pytest.raises(LigneDuFutur):
        liste.check_dates([row], row.date_maj - timedelta(seconds=1))


def test_lint_warnings_do_not_stop_a_list() -> None:
    liste.check_lint(Brouillon((), NOW), zone=ZONE)


@pytest.mark.parametrize("statut", list(Statut))
def test_every_state_of_a_drimbox_is_reachable_and_leaves_by_its_table_only(statut: Statut) -> None:
    targets = {transition.target for transition in registre.TRANSITIONS} | {Statut.DECLAREE}
    assert statut in targets
    for verb in {transition.verb for transition in registre.TRANSITIONS} - registre.allowed(statut):
        with pytest.raises(TransitionRefusee):
            registre.advance(statut, verb)


def test_what_is_retired_stays_retired_and_is_in_no_list() -> None:
    assert not registre.allowed(Statut.RETIREE)
    assert frozenset({Statut.PROVISOIRE, Statut.ACTIVE, Statut.A_BASCULER}) == IN_LIST


def test_a_publication_is_published_only_after_it_was_reread() -> None:
    assert {t.sources for t in publication.TRANSITIONS if t.target == publication.Etat.PUBLIEE} == {frozenset({publication.Etat.RELUE})}
    for done in (publication.Etat.PUBLIEE, publication.Etat.REFUSEE):
        for transition in publication.TRANSITIONS:
            with pytest.raises(publication.EtapeRefusee):
                publication.advance(done, transition.verb)


def test_a_process_without_role_is_refused() -> None:
    assert [role_of(name, "e_") for name in ("pages", "cli", "migrate", "zone")] == ["e_pages", "e_pages", "e_proprietaire", "e_zone"]
    with pytest.raises(RoleInconnu):
        role_of("postgres", "e_")


def test_a_code_is_explained_and_an_unknown_one_too() -> None:
    assert "horloge" in explication("publication.horloge").message
    assert explication("code.inconnu").message


def _en_vigueur(**changes: Any) -> EnVigueur:
    values = {
        "sequence": 3, "sha256": "0" * 64, "date_generation": NOW, "signing_time": NOW, "publiee_le": NOW, "signataire": dn(DB),
        "signataire_expire_le": NOW + timedelta(days=30), "domaines": 2,
    }  # fmt: skip
    return EnVigueur(**{**values, **changes})


@pytest.mark.parametrize(
    ("values", "causes"),
    [
        ({}, []),
        ({"base": False}, ["base_injoignable"]),
        ({"waiting_since": NOW - timedelta(seconds=59)}, []),
        ({"waiting_since": NOW - timedelta(seconds=61)}, ["signataire_muet"]),
        ({"liste": _en_vigueur(signataire_expire_le=NOW)}, ["signataire_expire"]),
    ],
)
def test_health_names_each_cause(values: dict[str, Any], causes: list[str]) -> None:
    answer = state(**{"base": True, "liste": _en_vigueur(), "waiting_since": None, "now": NOW, **values})
    assert (answer["causes"], answer["etat"]) == (causes, "degrade" if causes else "ok")


def test_health_holds_no_name_of_anybody() -> None:
    text = json.dumps(state(base=True, liste=_en_vigueur(), waiting_since=None, now=datetime.now(UTC)))
    assert DB not in text
    assert SIREN not in text


@pytest.mark.parametrize(("typed", "kept"), [("  a\r\nb\t", "a\nb"), ("été — ok", "été — ok"), ("", "")])
def test_a_paragraph_keeps_its_lines(typed: str, kept: str) -> None:
    assert check_paragraph("motif", typed, 20, required=False) == kept


@pytest.mark.parametrize("typed", ["a\x00b", "a\x1b[31mb", "a\x9bb", "a\x7fb", "a\rb", "x" * 21, "  "])
def test_a_paragraph_that_no_mail_can_carry_is_refused(typed: str) -> None:
    with pytest.raises(DeclarationRefusee, match="motif"):
        check_paragraph("motif", typed, 20)
