# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The order of the checks, and what each failure of the outside becomes for the peer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from drimbox.socle import identite, tls
from drimbox.socle.annuaire.errors import ListeAbsente, ListePerimee
from drimbox.source.admission import errors
from drimbox.source.admission.chain import Admission, Arrivee, Entetes
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.rules import KosServi, Pair

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DB = "db1.1.mesimagesmedicales.fr"
KOS = KosServi("1.2.3", "1.2.4", DB, in_service=True)
GOOD = Entetes(["Bearer abc"], ["1.2.3"])
JETON = identite.JetonActif("sub", "899700000012", NOW + timedelta(minutes=2), frozenset(), "drimbox-b")
EXAMEN = ExamenOuvert(None, {}, None)  # type: ignore[arg-type]  # the checks hand it over without looking


def certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DB)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    return builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(1)).sign(key, hashes.SHA256())


CERTIFICATE = certificate()


class Outside:
    """What the checks ask of the outside, with the failure wanted; it notes what it was asked."""

    def __init__(self, failing: str = "", error: DrimmError | None = None) -> None:
        self.failing, self.error, self.asked, self.presenters = failing, error, list[str](), list[str]()

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if what == self.failing and self.error is not None:
            raise self.error

    def check(self, _certificate: Any, _at: Any) -> None:
        self._asked("revocation")

    async def introspect(self, _token: str, *, presenter: str) -> identite.JetonActif:
        self._asked("psc")
        self.presenters.append(presenter)
        return JETON

    async def liste(self, _now: datetime) -> Any:
        self._asked("liste")
        return self

    def domaines_of_dn(self, dn: DistinguishedName) -> tuple[Any, ...]:
        return (type("Domaine", (), {"db": DB}),) if dn.get("CN") == DB else ()

    async def find_kos(self, uid: str) -> KosServi | None:
        self._asked("kos")
        return KOS if uid == "1.2.3" else None

    async def open_kos(self, uid: str, _purged_at: datetime | None) -> ExamenOuvert:
        self._asked("contenu")
        assert uid == "1.2.3"
        return EXAMEN


def admission(outside: Any) -> Admission:
    return Admission(outside, outside, outside.liste, outside.find_kos, outside.open_kos, frozenset({DB}))


async def test_a_peer_is_known_before_its_name_is_looked_at() -> None:
    outside = Outside()
    pair, db = await admission(outside).know(Arrivee(CERTIFICATE, DB, [DB]), NOW)
    assert (pair.db, db, outside.asked) == (DB, DB, ["revocation", "liste"])


@pytest.mark.parametrize(
    ("failing", "error", "refus"),
    [
        ("revocation", tls.CertificatRevoque(), errors.CertificatRevoque),
        ("revocation", tls.CertificatExpire(), errors.CertificatRefuse),
        ("revocation", tls.CertificatEtranger(), errors.CertificatRefuse),
        ("revocation", tls.CrlAbsente(), errors.RevocationInconnue),
        ("revocation", tls.CrlPerimee(), errors.RevocationInconnue),
        ("liste", ListeAbsente(), errors.ListePerimee),
        ("liste", ListePerimee(), errors.ListePerimee),
    ],
)
async def test_a_peer_that_cannot_be_known_is_refused_and_the_cause_is_kept(
    failing: str, error: DrimmError, refus: type[errors.Refus]
) -> None:
    with pytest.raises(refus) as refused:
        await admission(Outside(failing, error)).know(Arrivee(CERTIFICATE, DB, [DB]), NOW)
    assert refused.value.__cause__ is error


@pytest.mark.parametrize(
    ("error", "refus"),
    [
        (identite.JetonRefuse(), errors.JetonInactif),
        (identite.JetonSansPersonne(), errors.JetonSansProfessionnel),
        (identite.TropDEssais(), errors.TropDeJetons),
        (identite.PscIndisponible(), errors.PscIndisponible),
        (identite.PscReponseInvalide(), errors.PscIndisponible),
        (identite.ClientRefuse(), errors.PscIndisponible),
    ],
)
async def test_a_token_that_cannot_be_checked_opens_nothing_and_no_kos_is_looked_up(error: DrimmError, refus: type[errors.Refus]) -> None:
    outside = Outside("psc", error)
    with pytest.raises(refus):
        await admission(outside).admit(Pair(DistinguishedName.parse("CN=x"), DB), DB, "1.2.4", GOOD)
    assert outside.asked == ["psc"]


@pytest.mark.parametrize(
    ("lines", "refus"),
    [
        ([], errors.JetonAbsent),
        (["Bearer abc", "Bearer abc"], errors.JetonIllisible),
        (["Bearer abc", "Basic x"], errors.JetonIllisible),
        (["Basic x"], errors.JetonIllisible),
        (["Bearer"], errors.JetonIllisible),
        (["Bearer abc, Bearer def"], errors.JetonIllisible),
    ],
)
async def test_without_one_token_and_only_one_nobody_is_asked(lines: list[str], refus: type[errors.Refus]) -> None:
    outside = Outside()
    with pytest.raises(refus):
        await admission(outside).admit(Pair(DistinguishedName.parse("CN=x"), DB), DB, "1.2.4", Entetes(lines, ["1.2.3"]))
    assert outside.asked == []


async def test_a_whole_request_is_admitted() -> None:
    outside = Outside()
    met = list[identite.JetonActif]()
    admis = await admission(outside).admit(Pair(DistinguishedName.parse("CN=x"), DB), DB, "1.2.4", GOOD, met.append)
    assert (admis.kos, admis.db, admis.examen, outside.asked) == (KOS, DB, EXAMEN, ["psc", "kos", "contenu"])
    assert met == [JETON]
    assert "abc" not in repr(GOOD)


async def test_who_reads_is_told_before_the_kos_is_looked_at() -> None:
    met = list[identite.JetonActif]()
    with pytest.raises(errors.KosInconnu):
        await admission(Outside()).admit(
            Pair(DistinguishedName.parse("CN=x"), DB), DB, "1.2.4", Entetes(["Bearer abc"], ["1.2.9"]), met.append
        )
    assert met == [JETON]


async def test_two_spellings_of_one_name_are_one_presenter_of_tokens() -> None:
    outside = Outside()
    for dn in ("CN=Db1,O=Hôpital  A", "cn=db1, o=HÔPITAL A"):
        await admission(outside).admit(Pair(DistinguishedName.parse(dn), DB), DB, "1.2.4", GOOD)
    assert len(set(outside.presenters)) == 1


async def test_a_search_that_names_no_study_is_made_in_that_of_the_kos() -> None:
    admis = await admission(Outside()).admit(Pair(DistinguishedName.parse("CN=x"), DB), DB, None, GOOD)
    assert admis.kos is KOS


async def test_without_a_kos_a_search_finds_nothing_and_opens_nothing() -> None:
    outside = Outside()
    with pytest.raises(errors.KosInconnu):
        await admission(outside).admit(Pair(DistinguishedName.parse("CN=x"), DB), DB, None, Entetes(["Bearer abc"], ["1.2.9"]))
    assert "contenu" not in outside.asked


def test_a_peer_out_of_the_list_is_recognised_to_be_told_why_and_a_revoked_one_is_not() -> None:
    outside = Outside()
    assert str(admission(outside).recognise(Arrivee(CERTIFICATE, DB, [DB]), NOW)) == f"CN={DB}"
    assert outside.asked == ["revocation"]
    with pytest.raises(errors.CertificatRevoque):
        admission(Outside("revocation", tls.CertificatRevoque())).recognise(Arrivee(CERTIFICATE, DB, [DB]), NOW)
