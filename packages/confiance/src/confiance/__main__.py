# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``python -m confiance``: the same command as ``confiance``."""

import sys

from confiance.cli import main

sys.exit(main())
