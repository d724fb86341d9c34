# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The companion head and the log of every list published: made by the signataire, co-signed by the témoin, checked by readers."""
