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

from confiance.cli import head, inputs, report
from confiance.errors import DrimmError
from confiance.liste_blanche import store
from confiance.liste_blanche.trusted import Outcome, TrustedListeBlanche
from confiance.reseau.fetch import FetchFailed, fetch
from confiance.reseau.tete import HeadFollower, neighbour
from confiance.transparence import store as tete_store
from confiance.transparence.liste_et_tete import Lecteur
from confiance.transparence.refusals import TeteEquivoque

_JITTER = 0.1


@dataclass
class Follower:
    """Reads several addresses into one reader, the head of each before its list.

    Attributes:
        reader: the memory of the list.
        urls: address of the list, then of its mirrors.
        head: the memory of heads, when their keys are known.
        head_urls: address of the head of each, when it is not beside the list.
        etags: what each address gave last: its ETag, and the hex SHA-256 of the file.
        head_failure: why no address gave a good head, or that one told another truth; else None.
    """

    reader: TrustedListeBlanche
    urls: Sequence[str]
    head: HeadFollower | None = None
    head_urls: Sequence[str] = ()
    etags: dict[str, tuple[str, str]] = field(default_factory=dict)
    head_failure: DrimmError | None = None

    @property
    def lecteur(self) -> Lecteur:
        """The list and its head together."""
        return Lecteur(self.reader, None if self.head is None else self.head.reader)

    async def poll(self, session: aiohttp.ClientSession, at: datetime) -> Outcome:
        """Try each address until one gives an acceptable list; a bad one never replaces the list held.

        A head that is refused or absent does not stop the list.

        Raises:
            DrimmError: why the last address was no use.
        """
        failure: DrimmError = FetchFailed()
        await self._poll_heads(session, at)
        for url in self.urls:
            try:
                return await self._poll_one(session, url, at)
            except DrimmError as error:
                failure = error
        raise failure

    async def _poll_heads(self, session: aiohttp.ClientSession, at: datetime) -> None:
        """Ask every address, for a mirror may withhold the last head, and two may tell two truths."""
        if self.head is None:
            return
        good, self.head_failure = False, None
        for url in self.head_urls or [neighbour(url) for url in self.urls]:
            try:
                await self.head.poll(session, url, at)
                good = True
            except DrimmError as error:
                self.head_failure = error
        if good and not isinstance(self.head_failure, TeteEquivoque):
            self.head_failure = None

    async def _poll_one(self, session: aiohttp.ClientSession, url: str, at: datetime) -> Outcome:
        memory = self.reader.memory
        etag, given = self.etags.get(url, (None, ""))
        # « not changed » says nothing of a list that another address gave
        known = memory is not None and memory.liste.sha256 == given
        fetched = await fetch(session, url, etag=etag if known else None)
        data = memory.data if fetched.data is None and memory is not None else fetched.data or b""
        outcome = self.lecteur.update_liste(data, at=at)
        if fetched.etag:
            self.etags[url] = fetched.etag, self.reader.require().sha256
        return outcome


def run(args: argparse.Namespace) -> report.Exit:
    """Follow until interrupted, or once; the exit code is that of the last reading."""
    try:
        return asyncio.run(_follow(args))
    except KeyboardInterrupt:
        return report.Exit.ACCEPTED


async def _follow(args: argparse.Namespace) -> report.Exit:
    follower = _open(args)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=_tls(args.ca_file))) as session:
        while True:
            follower.reader.use_policy(inputs.policy_of(args))  # anchors and CRLs are read again: they change on disk
            code = await _once(follower, session, args)
            if args.once:
                return code
            await asyncio.sleep(args.every * random.uniform(1 - _JITTER, 1 + _JITTER))  # noqa: S311  # spreads load, hides nothing


def _open(args: argparse.Namespace) -> Follower:
    reader = store.load(args.state, inputs.policy_of(args))
    if not args.head_key:
        return Follower(reader, args.urls)
    heads = tete_store.load(_head_state(args), head.policy_of(args))
    return Follower(reader, args.urls, HeadFollower(heads), args.head_url)


def _head_state(args: argparse.Namespace) -> Path:
    given: Path | None = args.head_state
    state: Path = args.state
    return state.with_name(f"{state.name}.tete") if given is None else given


async def _once(follower: Follower, session: aiohttp.ClientSession, args: argparse.Namespace) -> report.Exit:
    at = inputs.trusted_time(args)
    try:
        try:
            outcome = await follower.poll(session, at)
            store.save(follower.reader, args.state)
        finally:  # a proof of two truths is kept even when no list comes
            if follower.head is not None:
                tete_store.save(follower.head.reader, _head_state(args))
    except DrimmError as error:
        _say(args, at, follower, {"accepted": False, "code": error.code, "message": error.message})
        return report.exit_code(error)
    _say(args, at, follower, {"accepted": True, "code": "liste_blanche.acceptee", "message": f"Liste {outcome.value}."})
    return report.Exit.ACCEPTED


def _say(args: argparse.Namespace, at: datetime, follower: Follower, event: dict[str, object]) -> None:
    liste, lecteur = follower.reader.current, follower.lecteur
    state = lecteur.freshness(at).value
    if args.json:
        held = {"sha256": liste.sha256 if liste else None, "freshness": state, "at": at.astimezone(UTC).isoformat()}
        report.show(json.dumps(event | held | _about_head(follower, at), ensure_ascii=False))
        return
    report.show(f"{at:%Y-%m-%dT%H:%M:%SZ} {event['message']} [{event['code']}] — {len(liste.domaines) if liste else 0} domaines, {state}")
    if lecteur.tete is not None:
        reason = "" if follower.head_failure is None else f" {follower.head_failure.message} [{follower.head_failure.code}]"
        report.show(f"  {lecteur.etat(at).label}{reason}")


def _about_head(follower: Follower, at: datetime) -> dict[str, object]:
    about = head.as_dict(follower.lecteur, at)
    if about and follower.head_failure is not None:
        about["tete"]["code"] = follower.head_failure.code
    return about


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
