# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is read from PSC and from requests, without network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.psc import TEST_PROFESSIONNELS
from drimbox.socle.identite import (
    ConnexionRefusee,
    DemandeConnexion,
    IdentiteRefusee,
    JetonAbsent,
    JetonActif,
    JetonRefuse,
    JetonSansPersonne,
    Limites,
    PscReponseInvalide,
    Retour,
    RetourInattendu,
    SessionPsc,
    SessionTerminee,
    bearer,
)
from drimbox.socle.identite.introspection import IntrospectionCache, read_introspection
from drimbox.socle.identite.metadata import read_metadata
from drimbox.socle.identite.professionnel import read_userinfo

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "https://psc.banc.test/auth/realms/esante-wallet"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=20,
)


def objects(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(keys), JSON)


# --- Authorization -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Bearer abc.def-_~+/123==", "bearer abc.def-_~+/123==", "BEARER   abc.def-_~+/123== "])
def test_bearer_gives_the_token(header: str) -> None:
    assert bearer(header) == "abc.def-_~+/123=="


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic YTpi", "DPoP abc", "Bearer a b", "Bearer a,b", "Bearer é", "Bearer =", "Bearer " + "a" * 9000],
)
def test_anything_else_is_refused(header: str | None) -> None:
    with pytest.raises(JetonAbsent):
        bearer(header)


@given(st.text(max_size=200))
def test_bearer_never_gives_what_could_break_a_header(text: str) -> None:
    try:
        token = bearer("Bearer " + text)
    except JetonAbsent:
        return
    assert token.isascii()
    assert token.isprintable()
    assert " " not in token


# --- introspection -----------------------------------------------------------------------------------------------------------------

ACTIVE = {
    "active": True,
    "exp": int(NOW.timestamp()) + 100,
    "iss": ISSUER,
    "sub": "f:1:899700000012",
    "typ": "Bearer",
    "azp": "drimbox-b",
    "scope": "openid scope_all",
    "SubjectNameID": "899700000012",
}


def test_active_answer_is_read() -> None:
    jeton = read_introspection(ACTIVE, issuer=ISSUER, at=NOW)
    assert jeton == JetonActif(
        "f:1:899700000012", "899700000012", NOW + timedelta(seconds=100), frozenset({"openid", "scope_all"}), "drimbox-b"
    )
    assert "8997" not in repr(jeton)


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"active": "true"},
        {"active": 1},
        {"exp": int(NOW.timestamp())},
        {"iss": "https://autre.test"},
        {"typ": "Refresh"},
        {"typ": "ID"},
        {"typ": None},
    ],
)
def test_anything_but_a_living_access_token_of_ours_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(JetonRefuse) as refused:
        read_introspection({**ACTIVE, **change}, issuer=ISSUER, at=NOW)
    assert not isinstance(refused.value, JetonSansPersonne)


@pytest.mark.parametrize("told", [{}, {"SubjectNameID": None}, {"SubjectNameID": ""}, {"SubjectNameID": 8997}, {"SubjectNameID": "8\x00"}])
def test_an_active_token_behind_which_psc_names_nobody_is_refused(told: dict[str, Any]) -> None:
    service = {"active": True, "typ": "Bearer", "exp": ACTIVE["exp"], "sub": "service-account", **told}
    with pytest.raises(JetonSansPersonne):
        read_introspection(service, issuer=ISSUER, at=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"sub": ""},
        {"sub": None},
        {"sub": "a\x00b"},
    ],
)
def test_an_active_answer_without_a_readable_end_or_subject_is_the_fault_of_psc_and_not_of_the_token(change: dict[str, Any]) -> None:
    with pytest.raises(PscReponseInvalide):
        read_introspection({**ACTIVE, **change}, issuer=ISSUER, at=NOW)


@given(objects("active", "exp", "iss", "sub", "typ", "token_type", "scope", "azp", "client_id", "SubjectNameID"))
def test_no_introspection_answer_breaks_the_reader(body: dict[str, Any]) -> None:
    try:
        jeton = read_introspection(body, issuer=ISSUER, at=NOW)
    except (JetonRefuse, PscReponseInvalide):
        return
    assert body["active"] is True
    assert jeton.expires_at > NOW


def jeton(expires_at: datetime) -> JetonActif:
    return JetonActif("s", "899700000012", expires_at, frozenset(), "c")


def test_cache_forgets_after_its_seconds_and_never_outlives_the_token() -> None:
    cache = IntrospectionCache(Limites(introspection_seconds=30))
    cache.put(b"long", jeton(NOW + timedelta(seconds=100)), NOW)
    cache.put(b"short", jeton(NOW + timedelta(seconds=10)), NOW)
    assert cache.get(b"long", NOW + timedelta(seconds=29)) is not None
    assert cache.get(b"long", NOW + timedelta(seconds=30)) is None
    assert cache.get(b"short", NOW + timedelta(seconds=9)) is not None
    assert cache.get(b"short", NOW + timedelta(seconds=10)) is None
    assert len(cache) == 0


class Monotonic:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("shift", [timedelta(hours=-1), timedelta(0), timedelta(seconds=-31)])
def test_a_clock_set_back_does_not_lengthen_the_memory_of_an_active_token(shift: timedelta) -> None:
    monotonic = Monotonic()
    cache = IntrospectionCache(Limites(introspection_seconds=30), monotonic)
    cache.put(b"long", jeton(NOW + timedelta(seconds=100)), NOW)
    cache.put(b"short", jeton(NOW + timedelta(seconds=10)), NOW)
    monotonic.now += 9
    assert cache.get(b"short", NOW + shift) is not None
    monotonic.now += 1
    assert cache.get(b"short", NOW + shift) is None
    monotonic.now += 19
    assert cache.get(b"long", NOW + shift) is not None
    monotonic.now += 1
    assert cache.get(b"long", NOW + shift) is None


def test_a_refused_token_is_refused_again_for_a_few_seconds_for_the_same_reason() -> None:
    monotonic = Monotonic()
    cache = IntrospectionCache(Limites(refusal_seconds=5), monotonic)
    cache.refuse(b"dead", JetonRefuse("Le jeton présenté n'est pas un jeton d'accès."), NOW)
    cache.refuse(b"nobody", JetonSansPersonne(), NOW)
    with pytest.raises(JetonRefuse, match="jeton d'accès"):
        cache.get(b"dead", NOW + timedelta(seconds=4))
    with pytest.raises(JetonSansPersonne):
        cache.get(b"nobody", NOW + timedelta(seconds=4))
    monotonic.now += 5
    assert cache.get(b"dead", NOW) is None


def test_refused_tokens_are_bounded_and_drive_no_active_one_out() -> None:
    cache = IntrospectionCache(Limites(introspection_entries=2))
    cache.put(b"active", jeton(NOW + timedelta(seconds=100)), NOW)
    for key in (b"1", b"2", b"3"):
        cache.refuse(key, JetonRefuse(), NOW)
    assert cache.get(b"1", NOW) is None
    assert cache.get(b"active", NOW) is not None
    with pytest.raises(JetonRefuse):
        cache.get(b"3", NOW)


def test_cache_is_bounded_and_drops_the_oldest() -> None:
    cache = IntrospectionCache(Limites(introspection_entries=2))
    for key in (b"1", b"2", b"3"):
        cache.put(key, jeton(NOW + timedelta(seconds=100)), NOW)
    assert len(cache) == 2
    assert cache.get(b"1", NOW) is None


def test_cache_keeps_no_token() -> None:
    cache = IntrospectionCache(Limites())
    cache.put(cache.key("jeton-secret"), jeton(NOW + timedelta(seconds=100)), NOW)
    assert "jeton-secret" not in repr(vars(cache))


# --- discovery ---------------------------------------------------------------------------------------------------------------------

DOCUMENT: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://wallet.test/auth",
    "token_endpoint": "https://psc.test/token",
    "userinfo_endpoint": "https://psc.test/userinfo",
    "introspection_endpoint": "https://psc.test/introspect",
    "jwks_uri": "https://psc.test/certs",
}


def test_discovery_of_the_expected_issuer_is_read() -> None:
    metadata = read_metadata(DOCUMENT, issuer=ISSUER)
    assert metadata.authorization == "https://wallet.test/auth"
    assert (metadata.end_session, metadata.iss_in_return, metadata.secret_in_body) == (None, False, False)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": ISSUER + "/"},
        {"token_endpoint": None},
        {"token_endpoint": "http://psc.test/token"},
        {"jwks_uri": "https://user@psc.test/certs"},
        {"end_session_endpoint": "javascript:alert(1)"},
    ],
)
def test_discovery_that_cannot_be_trusted_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PscReponseInvalide):
        read_metadata({**DOCUMENT, **change}, issuer=ISSUER)


@given(objects(*DOCUMENT, "end_session_endpoint", "token_endpoint_auth_methods_supported"))
def test_no_discovery_document_breaks_the_reader(document: dict[str, Any]) -> None:
    try:
        read_metadata({**document, "issuer": ISSUER}, issuer=ISSUER)
    except PscReponseInvalide:
        return
    raise AssertionError("no such document is whole")


# --- userinfo ----------------------------------------------------------------------------------------------------------------------


def test_every_situation_of_a_professional_is_told() -> None:
    person = read_userinfo(TEST_PROFESSIONNELS[0].claims())
    assert [situation.structure.identifiant for situation in person.situations if situation.structure] == [
        "1750000018",
        "1750000026",
        "330000000020001",
    ]
    assert [situation.activite.secteur for situation in person.situations] == ["SA01", "SA08", "SA07"]
    known = person.in_situation(person.situations[2])
    assert known.identifiant == "899700000012"
    assert known.profession is not None
    assert (known.profession.code, known.profession.scheme) == ("10", "1.2.250.1.71.1.2.7")
    assert known.savoir_faire is not None
    assert known.savoir_faire.code == "SM44"


def test_professional_without_specialty_has_none() -> None:
    person = read_userinfo(TEST_PROFESSIONNELS[2].claims())
    assert person.in_situation(person.situations[0]).savoir_faire is None
    assert person.in_situation(None).profession is None


def test_without_reference_data_the_profession_comes_from_the_role() -> None:
    person = read_userinfo({"sub": "s", "SubjectNameID": "8997", "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"]})
    (situation,) = person.situations
    assert situation.exercice.profession == "10"
    assert situation.structure is None


def test_repr_of_a_professional_shows_no_name() -> None:
    person = read_userinfo(TEST_PROFESSIONNELS[0].claims())
    assert "RADIOLOGUE" not in repr(person)


@pytest.mark.parametrize("missing", ["sub", "SubjectNameID"])
def test_professional_without_identifier_is_refused(missing: str) -> None:
    with pytest.raises(PscReponseInvalide):
        read_userinfo({**TEST_PROFESSIONNELS[0].claims(), missing: ""})


EXERCICE = st.fixed_dictionaries({"codeProfession": JSON, "activities": st.lists(objects("numeroSiretSite", "numeroFinessSite")) | JSON})


@given(
    objects("given_name", "family_name", "Secteur_Activite", "SubjectRole"),
    JSON | st.fixed_dictionaries({"exercices": JSON | st.lists(EXERCICE, max_size=3)}),
)
def test_no_userinfo_breaks_the_reader(claims: dict[str, Any], reference: object) -> None:
    person = read_userinfo({**claims, "sub": "s", "SubjectNameID": "8997", "SubjectRefPro": reference})
    session = SessionPsc("a", "r", "i", NOW, NOW, person)
    assert SessionPsc.from_bytes(session.to_bytes()) == session
    for situation in person.situations:
        person.in_situation(situation).nom.encode()


# --- sessions ----------------------------------------------------------------------------------------------------------------------


def test_session_shows_no_token_and_survives_storage() -> None:
    session = SessionPsc("acces", "rafraichir", "identite", NOW, NOW, read_userinfo(TEST_PROFESSIONNELS[0].claims()))
    assert not any(secret in repr(session) for secret in ("acces'", "rafraichir", "identite'"))
    assert SessionPsc.from_bytes(session.to_bytes()) == session


@given(st.binary(max_size=60) | JSON.map(lambda value: str(value).encode(errors="replace")))
def test_stored_session_that_cannot_be_read_is_over(data: bytes) -> None:
    with pytest.raises(SessionTerminee):
        SessionPsc.from_bytes(data)


def test_demande_shows_no_secret_and_survives_storage() -> None:
    demande = DemandeConnexion("etat", "hasard", "preuve", "https://vi.test/psc/retour", NOW)
    assert not any(secret in repr(demande) for secret in ("etat", "hasard", "preuve"))
    assert DemandeConnexion.from_dict(demande.as_dict()) == demande


@given(objects("state", "nonce", "verifier", "redirect_uri", "asked_at", "x"))
def test_stored_demande_that_cannot_be_read_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(RetourInattendu):
        DemandeConnexion.from_dict({**values, "asked_at": "hier"})


def test_return_with_an_error_is_a_refused_login() -> None:
    with pytest.raises(ConnexionRefusee):
        Retour.from_query({"error": "access_denied", "state": "s"})


@pytest.mark.parametrize("query", [{}, {"code": "c"}, {"state": "s"}])
def test_return_without_code_or_state_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(IdentiteRefusee):
        Retour.from_query(query)
