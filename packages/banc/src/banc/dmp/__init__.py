# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A simulated DMP that refuses what the real one refuses.

Written from the standards, without a line of the DRIMbox: ITI-41 and ITI-43 on ``/repository``, ITI-18 and ITI-57 on ``/registry``, the
existence test (TD 0.2) on ``/patients``, over mutual TLS. In this order, a request meets: the client certificate (ORG AUTH_CLI, not
revoked), the SOAP envelope, the schema, the VIHF (signature, certificate ORG SIGN, dates, attributes, replay), then what its transaction
asks (metadata, vocabularies, patient, digests, signature of the submission set, the KOS itself, uniqueIds, the document replaced or
changed). Faults of identity are SOAP faults; faults of documents are ``RegistryResponse`` failures.

What it keeps is in memory; each accepted or refused ITI-41 body is also a file (``depots/<n>.mime``), each accepted KOS too
(``kos/<sop uid>.dcm``). Breakdowns are simulated on demand (:class:`banc.dmp.etat.Etat`).
"""

from banc.dmp.app import DmpSimule, create_app
from banc.dmp.config import DmpConfig
from banc.dmp.etat import Etat
from banc.dmp.server import served

__all__ = ["DmpConfig", "DmpSimule", "Etat", "create_app", "served"]
