# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The page « vérifier la liste en cinq lignes » works as written, line after line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques import autorite
from banc.attaques.terrain import Authority, make_brouillon, signing_key
from confiance.liste_blanche import AGENCE_SIGNER, sign

PAGE = Path(__file__).resolve().parents[3] / "docs" / "guide" / "verifier-la-liste.md"
BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a list signed today by somebody who has the name of the agency, and its authorities."""
    now = datetime.now(UTC).replace(microsecond=0)
    root_key, ca_key, start = autorite.key("root"), autorite.key("ca"), now - timedelta(days=30)
    root = Authority(autorite.issue_ca("RACINE", root_key, autorite.ca_name("RACINE"), root_key, start=start), root_key)
    ca = Authority(autorite.issue_ca("AC", ca_key, root.name, root_key, start=start), ca_key)
    name = autorite.leaf_name("Liste Blanche DRIM-M", "318751275100020", "AGENCE DU NUMERIQUE EN SANTE")
    leaf = autorite.issue(autorite.Wish(name, autorite.key("signer").public_key(), start, now + autorite.YEAR), ca.name, ca.key)
    (tmp_path / "autorites").mkdir()
    for place, certificate in (("racine.pem", root.certificate), ("autorite.pem", ca.certificate)):
        (tmp_path / "autorites" / place).write_bytes(certificate.public_bytes(Encoding.PEM))
    for place, authority in (("racine.crl", root), ("autorite.crl", ca)):
        crl = autorite.crl(authority.name, authority.key, at=now)
        (tmp_path / "autorites" / place).write_bytes(crl.public_bytes(Encoding.DER))
    draft = replace(make_brouillon(4), date_generation=now - timedelta(hours=1))
    draft = replace(draft, domaines=tuple(replace(d, date_maj=now - timedelta(days=1)) for d in draft.domaines))
    key = signing_key(leaf, "signer", (ca.certificate, root.certificate))
    assert str(AGENCE_SIGNER) == leaf.subject.rfc4514_string()
    (tmp_path / "liste.xml").write_bytes(sign(draft, key, signing_time=now - timedelta(minutes=30)))
    return tmp_path


def _run(command: list[str], desk: Path) -> str:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=desk, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_has_examples_for_both() -> None:
    assert [language for language, _ in BLOCKS] == ["python", "python", "sh"]


@pytest.mark.parametrize("code", [code for language, code in BLOCKS if language == "python"])
def test_the_python_of_the_page_works(desk: Path, code: str) -> None:
    out = _run([sys.executable, "-c", code], desk)
    assert "db1.1.mesimagesmedicales.fr" in out or "4 domaines" in out


def test_the_first_example_is_five_lines_of_work() -> None:
    lines = [line for line in BLOCKS[0][1].splitlines() if line and not line.startswith(("from datetime", "from pathlib"))]
    assert len(lines) <= 5


@pytest.mark.parametrize("line", [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()])
def test_each_command_of_the_page_works(desk: Path, line: str) -> None:
    assert _run(["sh", "-c", line], desk)


def test_the_same_commands_refuse_a_forged_list(desk: Path) -> None:
    path = desk / "liste.xml"
    path.write_bytes(path.read_bytes().replace(b"db1.1.", b"db1.7."))
    with pytest.raises(AssertionError, match="empreinte_document"):
        _run(["sh", "-c", BLOCKS[2][1].splitlines()[0]], desk)
