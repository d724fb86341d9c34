# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One process whose peak memory is measured: ``python -m bench.liste_child lxml|confiance FOLDER``; prints MiB."""

from __future__ import annotations

import sys
from pathlib import Path


def bare(folder: Path) -> None:
    """Parse with lxml and nothing else."""
    from lxml import etree

    etree.fromstring((folder / "liste.xml").read_bytes())


def ours(folder: Path) -> None:
    """Verify with chain, CRL and ratchet, then look a name up."""
    from datetime import datetime

    from confiance.distinguished_name import DistinguishedName
    from confiance.liste_blanche import Anchors, Policy, TrustedListeBlanche

    signer, at = (folder / "signataire.txt").read_text(encoding="utf-8").splitlines()
    policy = Policy(Anchors.from_directory(folder / "ancres"), frozenset({DistinguishedName.parse(signer)}))
    reader = TrustedListeBlanche(policy)
    reader.update((folder / "liste.xml").read_bytes(), at=datetime.fromisoformat(at))
    if not reader.require().find("db1.1.mesimagesmedicales.fr"):
        sys.exit("the first name is not in the list")


if __name__ == "__main__":
    {"lxml": bare, "confiance": ours}[sys.argv[1]](Path(sys.argv[2]))
    # VmHWM and not ru_maxrss: the latter remembers the process that started this one
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024)
