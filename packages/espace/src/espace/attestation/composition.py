# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Making the PDF, in a process apart: ``python -m espace.attestation.composition``, values in, PDF out.

The program that lays out a page reads texts that others wrote; it has neither the key, nor the database, nor the settings, and little time
and memory. Without arguments, this module is that program; :func:`compose` starts it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from espace.attestation.errors import CompositionEchouee

STANDARD: Final = "ua-1"
_SECONDS = 60
_CPU_SECONDS = 30
_MEMORY_BYTES = 2 << 30
_MAX_INPUT = 1 << 20
_MAX_PDF = 4 << 20
_TEMPLATE = Path(__file__).with_name("attestation.typ")


def compose(values: dict[str, Any], at: datetime) -> bytes:
    """Return the PDF/UA of an attestation.

    Args:
        values: what the template shows (:func:`espace.attestation.texte.values`).
        at: aware instant, that the PDF bears.

    Raises:
        CompositionEchouee: the program failed, took too long, or gave no PDF.
    """
    asked = json.dumps({"values": values, "timestamp": int(at.timestamp())}).encode()
    argv = [sys.executable, "-I", "-m", "espace.attestation.composition"]
    try:
        done = subprocess.run(argv, input=asked, capture_output=True, timeout=_SECONDS, check=False, env={})
    except subprocess.TimeoutExpired as error:
        raise CompositionEchouee(_sentence(f"délai de {_SECONDS} secondes dépassé")) from error
    except OSError as error:
        raise CompositionEchouee(_sentence(type(error).__name__)) from error
    if done.returncode:
        raise CompositionEchouee(_sentence(f"code de fin {done.returncode}"))  # negative: the signal, as when a limit is passed
    if not done.stdout.startswith(b"%PDF-") or len(done.stdout) > _MAX_PDF:
        raise CompositionEchouee(_sentence("ce qui est rendu n'est pas un PDF, ou est trop gros"))
    return done.stdout


def _sentence(why: str) -> str:
    return f"Le PDF d'une attestation n'a pas pu être composé ({why}) ; un nouvel essai sera fait."


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    import typst  # noqa: PLC0415 - only the process apart needs it

    asked = json.loads(sys.stdin.buffer.read(_MAX_INPUT))
    pdf = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,  # the same letters on every machine
        sys_inputs={"data": json.dumps(asked["values"])},
        pdf_standards=[STANDARD],
        timestamp=asked["timestamp"],
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    _main()
