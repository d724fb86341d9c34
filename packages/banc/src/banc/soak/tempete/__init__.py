# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The source of a DRIMbox in a storm: ``./drimm soak tempete --reports N``.

A RIS sends N reports; some exams are then replaced, taken back, cancelled, rejected by the PACS, shown to others, or their replacement
comes before the report (see :mod:`.sorts`); the DMP refuses some once, until a person has seen to it in the console. Meanwhile any process
is killed (SIGKILL): reception, worker, pages, images, their supervisor, all of them at once, processes of PostgreSQL. Connections of the
database are cut, the DMP fails, falls silent or loses its answers, the PACS goes away, the disk of the database fills up, the clock jumps
while everybody runs. When the storm is over, the DMP must hold, of each exam, exactly what its last message says: one document in force
under the right visibility, or none; none twice, none out of order, nothing of one patient with another. The console must tell the way of
each exam, and no journal may name a patient.
"""
