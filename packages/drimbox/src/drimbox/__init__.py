# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DRIMbox: source and consommatrice of imaging exams beside a hospital's PACS and RIS."""
