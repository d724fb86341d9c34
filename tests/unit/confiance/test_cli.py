# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from banc.attaques import autorite
from banc.attaques.terrain import GENERATION, SIGNING_TIME, Terrain, make_brouillon
from confiance.cli import main
from confiance.cli.french import translate
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import sign

AT = "2026-11-01T12:00:00Z"


@dataclass(frozen=True)
class Desk:
    """Files of a person at a shell."""

    folder: Path
    terrain: Terrain
    signer: str

    @property
    def trust(self) -> list[str]:
        return ["--anchors", str(self.folder / "ancres"), "--crl", str(self.folder / "crl"), "--at", AT, "--signer", self.signer]

    def write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)


@pytest.fixture
def desk(tmp_path: Path, terrain: Terrain) -> Desk:
    for name in ("ancres", "crl"):
        (tmp_path / name).mkdir()
    (tmp_path / "ancres" / "racine.pem").write_bytes(terrain.root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "ancres" / "autorite.pem").write_bytes(terrain.ca.certificate.public_bytes(Encoding.PEM))
    for rank, crl in enumerate(terrain.fresh_crls()):
        (tmp_path / "crl" / f"{rank}.crl").write_bytes(crl.public_bytes(Encoding.DER))
    desk = Desk(tmp_path, terrain, str(DistinguishedName.from_certificate(terrain.key.certificate)))
    desk.write("liste.xml", terrain.data)
    desk.write("fausse.xml", terrain.data.replace(b"db1.3.", b"db1.4."))
    desk.write("cert.pem", terrain.key.certificate.public_bytes(Encoding.PEM))
    desk.write("chaine.pem", b"".join(c.public_bytes(Encoding.PEM) for c in terrain.key.chain))
    key = autorite.key("signer").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    desk.write("cle.pem", key)
    return desk


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_a_good_list_is_accepted_for_a_person(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(desk.folder / "liste.xml"), *desk.trust]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Liste Blanche acceptée.\n")
    assert "domaines           : 12" in out
    assert "révocation non vérifiée" not in out


def test_a_good_list_is_accepted_for_a_machine(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(desk.folder / "liste.xml"), "--json", *desk.trust]) == 0
    answer = _json(capsys)
    assert answer["accepted"] is True
    assert answer["signer"] == desk.signer
    assert (answer["signing_time"], answer["date_generation"]) == ("2026-11-01T10:00:00Z", "2026-11-01T09:00:00Z")
    assert answer["domaines"] == 12
    assert answer["revocation_checked"] is True


def test_a_forged_list_is_refused_with_code_and_cure(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(desk.folder / "fausse.xml"), *desk.trust]) == 1
    err = capsys.readouterr().err
    assert "liste_blanche.empreinte_document" in err
    assert "à faire" in err
    assert main(["verify", str(desk.folder / "fausse.xml"), "--json", *desk.trust]) == 1
    answer = _json(capsys)
    assert {"accepted", "code", "message", "signer", "signing_time", "date_generation", "domaines"} <= set(answer)
    assert (answer["accepted"], answer["code"], answer["domaines"]) == (False, "liste_blanche.empreinte_document", None)


def test_without_crl_the_doubt_is_said_and_hard_refuses(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    trust = [option for option in desk.trust if option not in ("--crl", str(desk.folder / "crl"))]
    assert main(["verify", str(desk.folder / "liste.xml"), *trust]) == 0
    assert "révocation non vérifiée" in capsys.readouterr().out
    assert main(["verify", str(desk.folder / "liste.xml"), "--revocation", "hard", *trust]) == 1


def test_crls_beside_the_anchors_are_used(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (desk.folder / "crl").iterdir():
        path.rename(desk.folder / "ancres" / path.name)
    trust = [option for option in desk.trust if option not in ("--crl", str(desk.folder / "crl"))]
    assert main(["verify", str(desk.folder / "liste.xml"), "--json", *trust]) == 0
    assert _json(capsys)["revocation_checked"] is True


def test_by_default_only_the_agency_signs(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(desk.folder / "liste.xml"), *desk.trust[:-2]]) == 1
    assert "signataire_inconnu" in capsys.readouterr().err


def test_by_default_the_time_is_now(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    trust = [option for option in desk.trust if option not in ("--at", AT)]
    main(["verify", str(desk.folder / "liste.xml"), "--revocation", "soft", "--json", *trust])
    assert _json(capsys)["accepted"] is True


def test_a_rollback_is_refused_with_a_state(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    newer = sign(make_brouillon(12, GENERATION + timedelta(minutes=1)), desk.terrain.key, signing_time=SIGNING_TIME + timedelta(minutes=1))
    state = ["--state", str(desk.folder / "etat")]
    assert main(["verify", desk.write("neuve.xml", newer), *state, *desk.trust]) == 0
    assert "nouvelle" in capsys.readouterr().out
    assert main(["verify", str(desk.folder / "neuve.xml"), "--json", *state, *desk.trust]) == 0
    answer = _json(capsys)
    assert (answer["outcome"], answer["freshness"]) == ("inchangee", "unchanged")
    assert main(["verify", str(desk.folder / "liste.xml"), "--json", *state, *desk.trust]) == 1
    assert _json(capsys)["code"] == "liste_blanche.retour_arriere"


def test_a_mass_removal_is_confirmed_by_its_digest(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    later = SIGNING_TIME + timedelta(minutes=1)
    small = sign(make_brouillon(1, GENERATION + timedelta(minutes=1)), desk.terrain.key, signing_time=later)
    state = ["--state", str(desk.folder / "etat")]
    assert main(["verify", str(desk.folder / "liste.xml"), *state, *desk.trust]) == 0
    path = desk.write("petite.xml", small)
    assert main(["verify", path, *state, *desk.trust]) == 1
    import hashlib

    assert main(["verify", path, "--confirm-removal", hashlib.sha256(small).hexdigest(), *state, *desk.trust]) == 0


def test_what_cannot_be_read_leaves_with_three(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    liste = str(desk.folder / "liste.xml")
    assert main(["verify", str(desk.folder / "absente.xml"), *desk.trust]) == 3
    assert main(["verify", liste, "--anchors", str(desk.folder / "absent"), "--at", AT]) == 3
    assert main(["verify", liste, "--state", desk.write("etat", b"abime"), *desk.trust]) == 3
    capsys.readouterr()
    assert main(["verify", str(desk.folder / "absente.xml"), "--json", *desk.trust]) == 3
    assert _json(capsys)["code"] == "fichier.illisible"


def test_other_formats_are_read_when_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    draft = replace(desk.terrain.brouillon, namespace="urn:essai", version_format="2.0")
    path = desk.write("autre.xml", sign(draft, desk.terrain.key, signing_time=SIGNING_TIME))
    assert main(["verify", path, *desk.trust]) == 1
    assert main(["verify", path, "--namespace", "urn:essai", "--version-format", "2.0", *desk.trust]) == 0


def test_a_name_is_found_or_not(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    liste = str(desk.folder / "liste.xml")
    assert main(["find", liste, "db1.3.mesimagesmedicales.fr", *desk.trust]) == 0
    assert "DNCertificatOperateur" in capsys.readouterr().out
    assert main(["find", liste, "db1.999.mesimagesmedicales.fr", *desk.trust]) == 1
    assert "n'est pas dans" in capsys.readouterr().err
    assert main(["find", liste, "db1.3.mesimagesmedicales.fr", "--json", *desk.trust]) == 0
    answer = _json(capsys)
    assert answer["found"] is True
    assert main(["find", str(desk.folder / "fausse.xml"), "db1.3.mesimagesmedicales.fr", *desk.trust]) == 1


def test_a_draft_is_signed_then_verified(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    draft, out = desk.write("brouillon.xml", desk.terrain.body), str(desk.folder / "signee.xml")
    key = [
        "--certificate",
        str(desk.folder / "cert.pem"),
        "--key",
        str(desk.folder / "cle.pem"),
        "--chain",
        str(desk.folder / "chaine.pem"),
    ]
    assert main(["sign", draft, "-o", out, *key, "--signing-time", "2026-11-01T10:00:00"]) == 0
    assert Path(out).read_bytes() == desk.terrain.data
    assert main(["sign", draft, "-o", out, *key, "--signing-time", AT, "--shape", "enveloped", "--date-generation", AT, "--json"]) == 0
    capsys.readouterr()
    assert main(["verify", out, "--json", *desk.trust]) == 0
    assert _json(capsys)["date_generation"] == AT


def test_signing_says_what_is_wrong_with_the_content(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    draft = desk.write("brouillon.xml", desk.terrain.body.replace(b"<db>db1.3.", b"<db>xx1.3."))
    key = ["--certificate", str(desk.folder / "cert.pem"), "--key", str(desk.folder / "cle.pem")]
    assert main(["sign", draft, "-o", str(desk.folder / "s.xml"), *key, "--signing-time", AT]) == 0
    assert "erreurs de contenu" in capsys.readouterr().err


def test_signing_refuses_without_a_usable_key_or_place(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    draft = desk.write("brouillon.xml", desk.terrain.body)
    certificate = ["--certificate", str(desk.folder / "cert.pem")]
    base = ["sign", draft, "-o", str(desk.folder / "s.xml"), *certificate, "--signing-time", AT]
    assert main(base) == 3
    assert main([*base, "--key", str(desk.folder / "cert.pem")]) == 3
    assert main([*base, "--pkcs11", "/absent.so"]) == 3
    assert (
        main(
            [
                "sign",
                draft,
                "-o",
                str(desk.folder / "absent" / "s.xml"),
                *certificate,
                "--key",
                str(desk.folder / "cle.pem"),
                "--signing-time",
                AT,
            ]
        )
        == 1
    )
    assert main(["sign", desk.write("x.xml", b"<x/>"), "-o", "/dev/null", *certificate, "--key", str(desk.folder / "cle.pem")]) == 1


def test_faults_of_content_are_listed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(desk.folder / "liste.xml"), *desk.trust]) == 0
    assert "0 erreurs" in capsys.readouterr().out
    bad = desk.write("brouillon.xml", desk.terrain.body.replace(b"<db>db1.3.", b"<db>xx1.3."))
    assert main(["lint", bad]) == 1
    captured = capsys.readouterr()
    assert "signature n'est pas vérifiée" in captured.err
    assert "lint.db_forme" in captured.out
    assert main(["lint", bad, "--json", "--zone", "autre.example"]) == 1
    answer = _json(capsys)
    assert answer["verified"] is False
    assert answer["erreurs"]


def test_two_lists_are_compared(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    after = desk.write("apres.xml", desk.terrain.body.replace(b"OPERATEUR 3", b"OPERATEUR 33").replace(b"db1.4.", b"db1.44."))
    assert main(["diff", str(desk.folder / "liste.xml"), after]) == 0
    out = capsys.readouterr().out
    assert "- db1.4." in out
    assert "+ db1.44." in out
    assert "~ db1.3." in out
    assert main(["diff", str(desk.folder / "liste.xml"), str(desk.folder / "liste.xml"), "--json", *desk.trust]) == 0
    assert _json(capsys)["added"] == []
    assert main(["diff", str(desk.folder / "liste.xml"), after, "--json"]) == 0
    assert len(_json(capsys)["changed"]) == 2
    assert main(["diff", str(desk.folder / "liste.xml"), after, *desk.trust]) == 1


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], "arguments manquants : COMMANDE"),
        (["verify"], "arguments manquants"),
        (["verify", "x", "--anchors"], "attend une valeur"),
        (["verify", "x", "--anchors", "y", "--truc"], "arguments inconnus"),
        (["verify", "x", "--anchors", "y", "--at", "hier"], "instant illisible"),
        (["verify", "x", "--anchors", "y", "--signer", "moi"], "DN illisible"),
        (["verify", "x", "--anchors", "y", "--revocation", "dur"], "valeur inconnue"),
        (["watch", "x", "--anchors", "y", "--state", "z", "--every", "souvent"], "valeur incorrecte"),
        (["truc"], "valeur inconnue"),
    ],
)
def test_wrong_usage_is_said_in_french_with_two(argv: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    err = capsys.readouterr().err
    assert expected in err
    assert "utilisation : " in err


def test_help_is_french(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--aide"])
    assert end.value.code == 0
    assert "commandes" in capsys.readouterr().out


def test_an_unknown_sentence_is_left_as_it_is() -> None:
    assert translate("something new") == "something new"


def test_a_day_alone_means_its_end(desk: Desk) -> None:
    trust = [*desk.trust[:4], "--at", "2026-11-01", *desk.trust[-2:]]
    assert main(["verify", str(desk.folder / "liste.xml"), *trust]) == 0


def test_watch_without_its_extra_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "confiance.reseau", None)
    assert main(["watch", "http://127.0.0.1/", "--state", str(desk.folder / "etat"), *desk.trust]) == 1
    assert "drimm-confiance[reseau]" in capsys.readouterr().err
