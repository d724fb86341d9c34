# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from espace.cli import main

if __name__ == "__main__":
    main()
