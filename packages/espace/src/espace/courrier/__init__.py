# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The mails of the Espace: written with what they tell, sent by the process ``ouvrier``, followed until they come back or arrive."""
