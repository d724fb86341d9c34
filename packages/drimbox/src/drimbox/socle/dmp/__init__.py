# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DMP, as a DRIMbox speaks to it: XDS.b over SOAP 1.2 (ITI-41 deposit, ITI-18 search, ITI-43 retrieval).

Pure builders and readers on bytes (``vihf``, ``metadata``, ``signature``, ``soap``, ``mtom``, ``registry``, ``repository``)
and one asynchronous client (``client``) that alone opens sockets.
"""
