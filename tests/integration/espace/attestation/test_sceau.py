# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An attestation asked by the pages, sealed by the signataire, read back by others: pypdf and pyhanko with the anchors of the banc."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from pypdf import PdfReader

from confiance.liste_blanche import Anchors
from espace.acteurs.models import Operateur
from espace.alarmes.models import Alarme
from espace.attestation import actions, pades, queries, sceau
from espace.attestation.errors import AttestationInconnue, AttestationSansNom, RevocationSansMotif, SceauEchoue
from espace.attestation.models import Attestation, Scellee
from espace.attestation.sceau import Sceleur
from espace.config import current
from espace.guichet.models import Dossier
from espace.journal.models import Evenement
from espace.registre.models import CoupleFqdn
from tests.espace_donnees import CLIENT_CANARY, NOW, SIREN, SITE_CANARY, declare


def dossier(number: int = 1, **values: Any) -> Dossier:
    return Dossier.objects.create(
        numero=f"DM-2026-{number:06}", parcours="declaration", etat="acceptee", cree_par="essai", cree_le=NOW, modifie_le=NOW, **values
    )


def declared(pacs: int = 1, **operateur: Any) -> Dossier:
    couple = declare(pacs, **operateur)[0]
    return dossier(operateur=couple.operateur, commande=couple.pacs.commande)


@pytest.fixture
def sealed(espace: Any) -> Iterator[tuple[Attestation, bytes]]:
    """An attestation of two couples, sealed."""
    asked = actions.delivrer(declared(2), NOW)
    with espace.role("signataire"):
        assert Sceleur(current()).turn() == 1
    found = Attestation.objects.get()
    pdf = queries.pdf_of(found.numero, None)
    assert asked.numero == found.numero
    assert pdf is not None
    return found, pdf


def test_the_pdf_is_of_two_pages_tagged_french_and_titled(sealed: tuple[Attestation, bytes]) -> None:
    reader = PdfReader(io.BytesIO(sealed[1]))
    root: Any = reader.trailer["/Root"]
    assert len(reader.pages) == 2
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Attestation de délégation"
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()


def test_every_annotation_of_the_sealed_pdf_is_hidden_as_pdf_ua_asks(sealed: tuple[Attestation, bytes]) -> None:
    reader = PdfReader(io.BytesIO(sealed[1]))
    annotations: list[Any] = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert [(note["/T"], bool(note["/F"] & 2)) for note in annotations] == [("CachetAdministrateur", True)]


def test_it_names_the_operateur_and_its_fqdns_and_nothing_of_a_client(sealed: tuple[Attestation, bytes]) -> None:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(sealed[1])).pages)
    attestation = sealed[0]
    couples = list(CoupleFqdn.objects.all())
    for word in [attestation.numero, "DM-2026-000001", *(name for couple in couples for name in (couple.db, couple.vi))]:
        assert word in text
    whole = sealed[1].decode("latin-1") + text
    assert not [canary for canary in (CLIENT_CANARY, SITE_CANARY, "PACS 1", "passerelle1") if canary in whole]
    assert SIREN not in text.replace(" ", "").replace(Operateur.objects.get().siret, "")


def test_the_seal_is_that_of_the_attestations_and_covers_everything(espace: Any, sealed: tuple[Attestation, bytes]) -> None:
    anchors = Anchors.from_directory(espace.pki.anchors_dir)
    signer = pades.check(sealed[1], anchors, revocation="hard", at=timezone.now())
    assert "Attestations DRIM-M" in signer
    assert Scellee.objects.get().sha256 == hashlib.sha256(sealed[1]).hexdigest()


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_changed_byte_breaks_the_seal(espace: Any, sealed: tuple[Attestation, bytes], place: float) -> None:
    pdf = bytearray(sealed[1])
    pdf[int(len(pdf) * place)] ^= 1
    with pytest.raises(SceauEchoue):
        pades.check(bytes(pdf), Anchors.from_directory(espace.pki.anchors_dir), revocation="hard", at=timezone.now())


def test_a_change_saved_after_the_seal_is_seen(espace: Any, sealed: tuple[Attestation, bytes]) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed[1]))
    writer.root["/Lang"] = generic.pdf_string("en")
    writer.update_root()
    more = io.BytesIO()
    writer.write(more)
    with pytest.raises(SceauEchoue):
        pades.check(more.getvalue(), Anchors.from_directory(espace.pki.anchors_dir), revocation="hard", at=timezone.now())


def test_another_authority_is_not_believed(sealed: tuple[Attestation, bytes], espace: Any) -> None:
    anchors = Anchors.from_bytes([espace.pki.foreign_root.read_bytes()])
    with pytest.raises(SceauEchoue):
        pades.check(sealed[1], anchors, revocation="soft", at=timezone.now())


def test_it_is_asked_once_and_sealed_once(espace: Any) -> None:
    one = declared()
    first, again = actions.delivrer(one, NOW), actions.delivrer(one, NOW + timedelta(hours=1))
    assert (first.pk, first.pades) == (again.pk, False)
    with espace.role("signataire"):
        assert [Sceleur(current()).turn(), Sceleur(current()).turn()] == [1, 0]
    assert actions.delivrer(one, NOW).pades


def test_the_real_process_seals_what_the_pages_ask(espace: Any) -> None:
    asked = actions.delivrer(declared(), NOW)
    limit = time.monotonic() + 120
    with espace.process("process", "signataire"):
        while not Scellee.objects.filter(attestation=asked).exists():
            assert time.monotonic() < limit
            time.sleep(0.2)
    assert Evenement.objects.filter(event="attestation:attestation:sealed", process="signataire").count() == 1


def test_a_dossier_without_couples_has_no_attestation(espace: Any) -> None:
    with pytest.raises(AttestationSansNom):
        actions.delivrer(dossier(operateur=declared().operateur, number=2), NOW)


def test_a_name_that_the_registre_gives_to_another_is_never_sealed(espace: Any) -> None:
    asked = wrong(declared(), declare(1, siret="35600000000048", denomination="Autre")[0], 0)
    with espace.role("signataire"):
        assert Sceleur(current()).turn() == 0
    assert not Attestation.objects.get(pk=asked.pk).pades
    assert Alarme.objects.get().code == "attestation.registre_contraire"


def wrong(mine: Dossier, foreign: CoupleFqdn, number: int) -> Attestation:
    """An attestation whose names are those of another Operateur."""
    numero = f"AD-2026-{number:08}"
    return Attestation.objects.create(
        numero=numero, dossier=mine, demande="x", operateur=mine.operateur, noms=[foreign.db, foreign.vi], demandee_le=NOW
    )


def test_attestations_that_fail_never_keep_another_waiting(espace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sceau, "_RETRY_SECONDS", 0.0)
    mine, foreign = declared(), declare(1, siret="35600000000048", denomination="Autre")[0]
    bad = [wrong(mine, foreign, number) for number in range(sceau.BATCH)]
    good = actions.delivrer(dossier(number=2, operateur=foreign.operateur, commande=foreign.pacs.commande), NOW)
    with espace.role("signataire"):
        sceleur = Sceleur(current())
        assert [sceleur.turn() for _ in range(3)] == [0, 1, 0]
    assert Attestation.objects.get(pk=good.pk).pades
    assert Alarme.objects.filter(occurrences=2).count() == len(bad), "they are tried again after the others"


def test_the_alarm_of_an_attestation_never_sealed_ends_when_it_is_revoked(espace: Any) -> None:
    asked = wrong(declared(), declare(1, siret="35600000000048", denomination="Autre")[0], 0)
    with espace.role("signataire"):
        Sceleur(current()).turn()
    assert Alarme.objects.get().fermee_le is None
    with espace.role("pages"):
        actions.revoquer(asked.numero, motif="demandée à tort", auteur="agent", now=NOW)
    assert Alarme.objects.get().fermee_le == NOW


def test_without_a_key_nothing_is_sealed_and_an_alarm_says_why(espace: Any) -> None:
    actions.delivrer(declared(), NOW)
    with espace.role("signataire"):
        assert Sceleur(current().model_copy(update={"attestation": None})).turn() == 0
    assert Alarme.objects.get().code == "attestation.sans_cle"


def test_hostile_words_are_shown_and_never_read(espace: Any) -> None:
    name = '#panic("x") $x$ *b* _i_ `r` <l> @r \\ // [] {} 日本 \u202e'
    actions.delivrer(declared(denomination=name), NOW)
    with espace.role("signataire"):
        assert Sceleur(current()).turn() == 1
    pdf = queries.pdf_of(Attestation.objects.get().numero, None)
    text = PdfReader(io.BytesIO(pdf or b"")).pages[0].extract_text()
    assert '#panic("x") $x$ *b* _i_ `r` <l> @r \\ // [] {} ?? ?' in " ".join(text.split())


def test_a_revocation_is_motivated_and_given_once(espace: Any) -> None:
    numero = actions.delivrer(declared(), NOW).numero
    with pytest.raises(RevocationSansMotif):
        actions.revoquer(numero, motif=" \n", auteur="agent", now=NOW)
    actions.revoquer(numero, motif="bascule", auteur="agent", now=NOW)
    with pytest.raises(AttestationInconnue):
        actions.revoquer(numero, motif="encore", auteur="agent", now=NOW)
    assert Attestation.objects.get().etat == "revoquee"


def test_a_pdf_is_given_to_its_operateur_only(sealed: tuple[Attestation, bytes], espace: Any) -> None:
    other = declare(1, siret="35600000000048", denomination="Autre")[0].operateur
    assert queries.pdf_of(sealed[0].numero, sealed[0].operateur) == sealed[1]
    assert queries.pdf_of(sealed[0].numero, other) is None
    assert list(queries.of_operateur(other)) == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("pages", "INSERT INTO attestation_scellee (attestation_id, pdf, sha256, signataire, scellee_le) VALUES (1, '', '', '', now())"),
        ("ouvrier", "INSERT INTO attestation_scellee (attestation_id, pdf, sha256, signataire, scellee_le) VALUES (1, '', '', '', now())"),
        ("signataire", "INSERT INTO attestation_attestation (numero) VALUES ('x')"),
        ("signataire", "INSERT INTO attestation_revocation (motif) VALUES ('x')"),
        ("pages", "UPDATE attestation_attestation SET noms = '{}'"),
        ("proprietaire", "UPDATE attestation_scellee SET pdf = ''"),
        ("proprietaire", "DELETE FROM attestation_revocation"),
        ("temoin", "SELECT * FROM attestation_attestation"),
        ("zone", "SELECT * FROM attestation_attestation"),
    ],
)  # fmt: skip
def test_who_asks_does_not_seal_and_nothing_changes(sealed: tuple[Attestation, bytes], espace: Any, role: str, statement: str) -> None:
    if "revocation" in statement:
        actions.revoquer(sealed[0].numero, motif="essai", auteur="agent", now=NOW)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        espace.sql(statement, role=role)
