# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The SERV_SSL certificates of a Drimbox that is in service: one replaces another, both are admitted for a while."""
