# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Following a published list: the addresses in turn until one gives a list that may be trusted."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from confiance.cli import inputs, report
from confiance.errors import DrimmError
from confiance.liste_blanche import store
from confiance.liste_blanche.trusted import Outcome, TrustedListeBlanche
from confiance.reseau.fetch import FetchFailed, fetch

_JITTER = 0.1


@dataclass
class Follower:
    """Reads several addresses into one reader.

    Attributes:
        reader: the memory.
        urls: address of the list, then of its mirrors.
        etags: of the file held, by address.
    """

    reader: TrustedListeBlanche
    urls: Sequence[str]
    etags: dict[str, str] = field(default_factory=dict)

    async def poll(self, session: aiohttp.ClientSession, at: datetime) -> Outcome:
        """Try each address until one gives an acceptable list; a bad one never replaces the list held.

        Raises:
            DrimmError: why the last address was no use.
        """
        failure: DrimmError = FetchFailed()
        for url in self.urls:
            try:
                return await self._poll_one(session, url, at)
            except DrimmError as error:
                failure = error
        raise failure

    async def _poll_one(self, session: aiohttp.ClientSession, url: str, at: datetime) -> Outcome:
        memory = self.reader.memory
        fetched = await fetch(session, url, etag=self.etags.get(url) if memory else None)
        data = fetched.data if fetched.data is not None or memory is None else memory.data
        outcome = self.reader.update(data or b"", at=at)
        if fetched.etag:
            self.etags[url] = fetched.etag
        return outcome


def run(args: argparse.Namespace) -> report.Exit:
    """Follow until interrupted, or once; the exit code is that of the last reading."""
    try:
        return asyncio.run(_follow(args))
    except KeyboardInterrupt:
        return report.Exit.ACCEPTED


async def _follow(args: argparse.Namespace) -> report.Exit:
    follower = Follower(store.load(args.state, inputs.policy_of(args)), args.urls)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=_tls(args.ca_file))) as session:
        while True:
            follower.reader.use_policy(inputs.policy_of(args))  # anchors and CRLs are read again: they change on disk
            code = await _once(follower, session, args)
            if args.once:
                return code
            await asyncio.sleep(args.every * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311  # spreads load, hides nothing


async def _once(follower: Follower, session: aiohttp.ClientSession, args: argparse.Namespace) -> report.Exit:
    at = inputs.trusted_time(args)
    try:
        outcome = await follower.poll(session, at)
        store.save(follower.reader, args.state)
    except DrimmError as error:
        _say(args, at, follower.reader, {"accepted": False, "code": error.code, "message": error.message})
        return report.exit_code(error)
    _say(args, at, follower.reader, {"accepted": True, "code": "liste_blanche.acceptee", "message": f"Liste {outcome.value}."})
    return report.Exit.ACCEPTED


def _say(args: argparse.Namespace, at: datetime, reader: TrustedListeBlanche, event: dict[str, object]) -> None:
    liste = reader.current
    state = reader.freshness(at).value
    if args.json:
        held = {"sha256": liste.sha256 if liste else None, "freshness": state, "at": at.astimezone(UTC).isoformat()}
        report.show(json.dumps(event | held, ensure_ascii=False))
    else:
        report.show(
            f"{at:%Y-%m-%dT%H:%M:%SZ} {event['message']} [{event['code']}] — {len(liste.domaines) if liste else 0} domaines, {state}"
        )


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
