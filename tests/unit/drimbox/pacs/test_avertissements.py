# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What pydicom remarks about a value stays unsaid: its words repeat the value, and what a process says goes to its logs."""

from __future__ import annotations

import subprocess
import sys

READ = """
import drimbox.source.partage.json_dicom
from io import BytesIO
from pydicom.filereader import read_dataset
name = b"\\x08\\x00\\x18\\x00UI\\x10\\x00PATIENT-SECRET.."
print(read_dataset(BytesIO(name), False, True).SOPInstanceUID)
"""


def test_a_value_that_the_standard_forbids_is_read_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-W", "default", "-c", READ], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "PATIENT-SECRET.."
    assert not done.stderr
