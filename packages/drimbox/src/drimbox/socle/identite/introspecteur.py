# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks PSC about the tokens that others present."""

from __future__ import annotations

import asyncio
import time

from drimbox.socle.identite.conversation import Conversation
from drimbox.socle.identite.errors import JetonRefuse, PscReponseInvalide
from drimbox.socle.identite.essais import Essais
from drimbox.socle.identite.introspection import IntrospectionCache, read_introspection
from drimbox.socle.identite.session import JetonActif


class Introspecteur:
    """Introspection with a bounded memory; requests that bring the same token at the same time share one question.

    What is remembered or shared costs its presenter nothing; only a question put to PSC is counted.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._cache = IntrospectionCache(conversation.limits)
        self._essais = Essais(conversation.limits)
        self._asking: dict[bytes, asyncio.Task[JetonActif]] = {}

    async def introspect(self, token: str, presenter: str = "") -> JetonActif:
        """Return what PSC says of a token, now or a moment ago. Errors: see :meth:`PscClient.introspect`."""
        if len(token) > self._conversation.limits.token_characters:
            raise JetonRefuse
        key = self._cache.key(token)
        known = self._cache.get(key, self._conversation.now())
        if known is not None:
            return known
        task = self._asking.get(key)
        if task is None:
            self._essais.begin(presenter, time.monotonic())
            task = asyncio.create_task(self._counted(key, token, presenter))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._asked(key, done))
        # a caller that goes away must not take the others' answer with it
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Drop the questions under way."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _counted(self, key: bytes, token: str, presenter: str) -> JetonActif:
        refused = False
        try:
            return await self._ask(key, token)
        except JetonRefuse as error:
            self._cache.refuse(key, error, self._conversation.now())
            refused = True
            raise
        finally:
            self._essais.end(presenter, refused=refused)

    async def _ask(self, key: bytes, token: str) -> JetonActif:
        metadata = await self._conversation.metadata()
        answer = await self._conversation.post(metadata.introspection, {"token": token, "token_type_hint": "access_token"})
        if answer.status == 400:  # the only part of our request that varies is the token
            raise JetonRefuse
        if answer.status != 200:
            raise PscReponseInvalide(f"Pro Santé Connect répond {answer.status} à l'introspection.")
        at = self._conversation.now()
        jeton = read_introspection(answer.body, issuer=metadata.issuer, at=at)
        self._cache.put(key, jeton, at)
        return jeton

    def _asked(self, key: bytes, done: asyncio.Task[JetonActif]) -> None:
        self._asking.pop(key, None)
        if not done.cancelled():
            done.exception()  # marked as seen: every caller may be gone
