# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every route of the door × every fault of who asks: a route that is forgotten by the checks would serve images, headers or a search."""

from __future__ import annotations

import asyncio
import json
import ssl
from datetime import timedelta

from yarl import URL

from banc.pki.store import Issued
from drimbox.socle.annuaire import queries
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.horloges import Horloge, horloge_du_psc, ouverte, revoked_token
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import get, headers
from tests.integration.drimbox.partage.test_matrice_des_refus import publish_without_peer

__all__ = ["horloge_du_psc", "ouverte"]

OF_AN_INSTANCE = ("", "/frames/1", "/metadata", "/rendered", "/frames/1/rendered")
OF_A_SERIES = ("", "/metadata", "/instances")
OF_A_STUDY = ("", "/metadata", "/series", "/instances")
OF_NO_STUDY = ("studies", "series", "instances")
STRANGER = "1.2.3.4.5"


def routes(etude: Etude, *, study: str = "", series: str = "", instance: str = "") -> list[str]:
    """Return the address of every route, about an exam or with one UID of it replaced."""
    first = etude.series[0]
    of_study = f"https://{DB}/dicom-web-rs/studies/{study or etude.study}"
    of_series = f"{of_study}/series/{series or first}"
    of_instance = f"{of_series}/instances/{instance or etude.instances[first][0]}"
    levels = ((of_study, OF_A_STUDY), (of_series, OF_A_SERIES), (of_instance, OF_AN_INSTANCE))
    named = [base + tail for base, tails in levels for tail in tails]
    return named + [f"https://{DB}/dicom-web-rs/{name}" for name in OF_NO_STUDY]


async def answers(maille: Maille, urls: list[str], given: dict[str, str], identity: Issued | None = None) -> dict[str, tuple[int, bytes]]:
    found = {}
    async with maille.client(identity) as session:
        for url in urls:
            status, _, body = await get(session, url, given)
            found[url] = status, body
    return found


async def all_refused(
    maille: Maille, urls: list[str], given: dict[str, str], status: int, code: str, identity: Issued | None = None
) -> None:
    for url, (seen, body) in (await answers(maille, urls, given, identity)).items():
        assert (seen, json.loads(body)["code"]) == (status, code), url


async def all_served(maille: Maille, etude: Etude, given: dict[str, str]) -> None:
    """What is refused below is served to who shows the right things: the refusals are those of the faults."""
    for url, (status, body) in (await answers(maille, routes(etude), given)).items():
        assert (status, body != b"") == (200, True), url


async def test_on_every_route_who_shows_something_wrong_is_refused_with_its_code(porte: Maille, etude: Etude) -> None:
    other = make_study(porte.folder / "pacs", series=1, instances=1)
    await asyncio.to_thread(porte.add_kos, other)
    porte.pacs.index.scan()
    good = await headers(porte, etude, Accept="*/*")
    urls = routes(etude)
    await all_served(porte, etude, good)
    without_token, without_kos = dict(good), dict(good)
    del without_token["Authorization"], without_kos["KOS-SOPInstanceUID"]
    await all_refused(porte, urls, without_token, 401, "admission.jeton_absent")
    await all_refused(porte, urls, good | {"Authorization": "Bearer of-nobody"}, 401, "admission.jeton_inactif")
    await all_refused(porte, urls, without_kos, 400, "admission.kos_absent")
    await all_refused(porte, urls, good | {"KOS-SOPInstanceUID": STRANGER}, 404, "admission.kos_inconnu")
    of_a_study = urls[: -len(OF_NO_STUDY)]  # the KOS of another exam opens that exam, and no address of this one
    await all_refused(porte, of_a_study, good | {"KOS-SOPInstanceUID": other.kos}, 404, "admission.kos_inconnu")
    await all_refused(porte, urls, good, 403, "admission.certificat_revoque", porte.pki.revoked.serv_ssl)


async def test_on_every_route_a_series_or_an_image_outside_of_the_kos_is_not_there(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude, Accept="*/*")
    inside = set(routes(etude))
    for changed in (routes(etude, series=STRANGER), routes(etude, instance=STRANGER)):
        outside = [url for url in changed if url not in inside]
        assert len(outside) >= len(OF_AN_INSTANCE)
        await all_refused(porte, outside, given, 404, "partage.ressource_inconnue")
    another = [url for url in routes(etude, study=STRANGER) if url not in inside]
    await all_refused(porte, another, given, 404, "admission.kos_inconnu")


async def test_on_every_route_a_token_that_ended_or_whose_person_logged_out_is_refused(
    ouverte: Maille, etude: Etude, horloge_du_psc: Horloge
) -> None:
    good = await headers(ouverte, etude, Accept="*/*")
    revoked = await revoked_token(ouverte)
    await all_refused(ouverte, routes(etude), good | {"Authorization": f"Bearer {revoked}"}, 401, "admission.jeton_inactif")
    await all_served(ouverte, etude, good)  # one's logout ends no session but one's own
    ended = await headers(ouverte, etude, Accept="*/*")
    horloge_du_psc.ahead = timedelta(hours=5)
    await all_refused(ouverte, routes(etude), ended, 401, "admission.jeton_inactif")


async def test_on_every_route_what_was_open_is_closed_by_a_withdrawal_an_exclusion_or_the_loss_of_the_list(
    porte: Maille, etude: Etude
) -> None:
    good, urls = await headers(porte, etude, Accept="*/*"), routes(etude)
    await all_served(porte, etude, good)
    await asyncio.to_thread(porte.environment.sql, "UPDATE pointeur_kos SET state = 'retire'")
    await all_refused(porte, urls, good, 404, "admission.kos_retire")
    await asyncio.to_thread(publish_without_peer, porte)
    await all_refused(porte, urls, good, 403, "admission.certificat_hors_liste")
    await asyncio.to_thread(porte.environment.sql, "DELETE FROM annuaire_liste_en_vigueur")
    queries.forget()
    await all_refused(porte, urls, good, 503, "admission.liste_perimee")


async def test_on_every_route_a_certificate_that_is_no_longer_or_never_was_of_the_pki_gets_no_answer_at_all(
    porte: Maille, etude: Etude
) -> None:
    given = await headers(porte, etude, Accept="*/*")
    for identity in (porte.pki.foreign.serv_ssl, porte.pki.expired.serv_ssl, None, porte.pki.serv_ssl(DB2)):
        context = ssl.create_default_context(cafile=str(porte.pki.root))
        context.load_verify_locations(str(porte.pki.intermediate))
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        said = [await _said_by_hand(porte, context, url, given) for url in routes(etude)]
        known = identity is not None and identity.certificate == porte.pki.serv_ssl(DB2).certificate
        assert set(said) == {b"HTTP/1.1 200" if known else b""}


async def _said_by_hand(maille: Maille, context: ssl.SSLContext, url: str, given: dict[str, str]) -> bytes:
    """Send a request over a handshake of ours, and return all that comes back before the connection ends."""
    lines = [f"GET {URL(url).path} HTTP/1.1", f"Host: {DB}", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", maille.port, ssl=context, server_hostname=DB)
    except OSError:
        return b""
    try:
        writer.write("\r\n".join(lines).encode())
        return await reader.read(12)
    except OSError:
        return b""
    finally:
        writer.transport.abort()
