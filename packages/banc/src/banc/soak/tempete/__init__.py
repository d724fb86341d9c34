# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The source of a DRIMbox in a storm: ``./drimm soak tempete --reports N``.

A RIS sends N reports, some of them replaced a moment later. Meanwhile any process is killed (SIGKILL), connections of the database are
cut, the DMP fails, falls silent or loses its answers, the PACS goes away, the disk of the database fills up, and clocks jump. When the
storm is over, the DMP must hold exactly N exams: none twice, none out of order, none of one patient in another's record.
"""
