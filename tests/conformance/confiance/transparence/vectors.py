# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes the test vectors of docs/formats: ``python -m tests.conformance.confiance.transparence.vectors``.

Everything is drawn from fixed seeds, and Ed25519 signatures are deterministic: the same vectors come out each time.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from banc.attaques.publication import Publication, cle, trousseau_of
from banc.attaques.terrain import NOW
from confiance import horodatage
from confiance.transparence import ClePrivee, CrlNommee, Feuille, SignataireAnnonce, Trousseau, assemble, payload_of, sign_payload
from confiance.transparence.canonical import dump
from confiance.transparence.merkle import NoeudsEnMemoire, consistency_path, inclusion_path, leaf_hash, root

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "formats" / "vectors"
KEYS = {name: cle(name) for name in ("coffre", "inconnue", "releve", "signataire", "temoin")}
A, B, C, D, STRANGER = (KEYS[name] for name in ("signataire", "temoin", "coffre", "releve", "inconnue"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# the leaves of the test vectors of Certificate Transparency
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")

Vector = dict[str, Any]


def canonical_vectors() -> Vector:
    """Values with their only writing, and texts that must be refused."""
    values = [
        {},
        {"b": 1, "a": [True, False, None]},
        {"": "é€😂"},
        {"t": '\x00\b\t\n\f\r"\\/\x1f\x7f'},
        [-9007199254740991, 9007199254740991, 0],
    ]
    refused = ['{"a":1,"a":1}', "1.0", "1e3", "NaN", "9007199254740992", '"\\ud800"', '{"é":1}', "[" * 9 + "]" * 9, "", "{", "\ufeff{}"]
    other = ['{"b":1,"a":2}', '{"a": 1}', '"\\u0041"', '"\\/"', "-0", "1 "]
    return {
        "accepted": [{"value": value, "canonical": dump(value).decode()} for value in values],
        "refused": refused,
        "not_canonical": other,
    }


def merkle_vectors() -> Vector:
    """Every root and proof of the logs of 0 to 8 leaves."""
    log = NoeudsEnMemoire()
    for leaf in LEAVES:
        log.append(leaf_hash(bytes.fromhex(leaf)))
    sizes = range(1, len(LEAVES) + 1)
    return {
        "leaves": list(LEAVES),
        "leaf_hashes": [one.hex() for one in log.levels[0]],
        "roots": [root(log, size).hex() for size in range(len(LEAVES) + 1)],
        "inclusion": [
            {"index": index, "size": size, "path": _hexes(inclusion_path(log, index, size))} for size in sizes for index in range(size)
        ],
        "consistency": [
            {"first": first, "second": second, "path": _hexes(consistency_path(log, first, second))}
            for second in sizes
            for first in range(1, second + 1)
        ],
    }


def feuille_vectors() -> Vector:
    """Leaves, the bytes that are hashed, and their hash."""
    leaves = [Feuille(1, "ab" * 32, NOW - HOUR, NOW), Feuille(9007199254740991, "00" * 32, NOW, NOW + timedelta(seconds=59))]
    return {
        "feuilles": [{"feuille": one.as_json(), "data": one.to_bytes().decode(), "hash": one.hash.hex()} for one in leaves],
        "refused": [leaves[0].as_json() | {"autre": 1}, leaves[0].as_json() | {"sequence": 0}, leaves[0].as_json() | {"format": "1.1"}],
    }


def _publication() -> Publication:
    publication = Publication()
    for rank in range(1, 4):
        _publish(publication, rank)
    return publication


def _publish(publication: Publication, rank: int, sha256: str | None = None) -> None:
    later = rank * timedelta(minutes=1)
    publication.publish_leaf(Feuille(rank, sha256 or f"{rank:02x}" * 32, NOW - 2 * HOUR + later, NOW - HOUR + later), length=1000 + rank)


def tete_vectors() -> Vector:
    """Files, what the reader is told, and its answer."""
    return {"keys": _keys(), "cases": list(_tete_cases())}


def _tete_cases() -> Iterator[Vector]:
    three = trousseau_of((A, B, C), 2)
    publication = _publication()
    signers = (SignataireAnnonce("CN=Liste Blanche DRIM-M,O=AGENCE,C=FR", "5a" * 32, NOW - 30 * DAY, NOW + 300 * DAY),)
    crls = (CrlNommee("CN=AC ORGANISATIONS,O=AGENCE,C=FR", "c7" * 32, NOW + 6 * DAY),)
    draft = publication.draft(NOW, trousseau=three, signataires=signers, crls=crls)
    payload = payload_of(draft)

    def case(name: str, data: bytes, expected: str, at: datetime = NOW) -> Vector:
        return {"name": name, **_file(data), "policy": _policy(three), "at": horodatage.text_of(at), "expected": expected}

    def changed(**changes: Any) -> bytes:
        return dump(json.loads(payload) | changes)

    good = _sign(payload, A, B)
    yield case("two keys of three", good, "acceptee")
    yield case("all keys, and a signature by another", _sign(payload, A, B, C, STRANGER), "acceptee")
    yield case("unknown members, later minor format", _sign(changed(format="1.5", nouveau={"x": [1]}), A, B), "acceptee")
    yield case(
        "indented container, unprotected header", _container(good, lambda v: v["signatures"][0].update(header={"a": 1}), 2), "acceptee"
    )
    yield case("five minutes after the next update", good, "acceptee", NOW + 2 * DAY + timedelta(minutes=5))
    yield case("one key", _sign(payload, A), "tete.peu_signee")
    yield case("one key and another's", _sign(payload, A, STRANGER), "tete.cle_inconnue")
    yield case("one false signature beyond the threshold", _with_false(payload), "tete.signature_fausse")
    yield case("one key twice", _container(good, lambda v: v["signatures"].append(v["signatures"][0])), "tete.illisible")
    yield case("Ed25519 under its other name", _with_header(payload, alg="Ed25519"), "acceptee")
    yield case("algorithm none", _with_header(payload, alg="none"), "tete.algorithme")
    yield case("another use of the key", _with_header(payload, typ="JWT"), "tete.algorithme")
    yield case("critical header", _with_header(payload, crit=["exp"]), "tete.algorithme")
    yield case("padded payload", _container(good, lambda v: v.update(payload=v["payload"] + "=")), "tete.illisible")
    yield case("key twice in the container", good.replace(b'{"payload"', b'{"payload":"","payload"', 1), "tete.illisible")
    yield case("empty file", b"", "tete.taille")
    yield case("a byte order mark", b"\xef\xbb\xbf" + good, "tete.illisible")
    yield case("payload not canonical", _sign(json.dumps(json.loads(payload)).encode(), A, B), "tete.contenu")
    yield case("another format", _sign(changed(format="2.0"), A, B), "tete.format")
    yield case("first head that names one before", _sign(changed(previous="ab" * 32), A, B), "tete.contenu")
    yield case("head without the one before", _sign(changed(numero=2), A, B), "tete.contenu")
    yield case("boolean for a number", _sign(changed(length=True), A, B), "tete.contenu")
    yield case("one key under two names", _sign(changed(cles=[_public("a", A), _public("b", A)]), A, B), "tete.contenu")
    yield case(
        "keys announced that did not sign",
        _sign(payload_of(replace(draft, trousseau=trousseau_of((C, D), 2))), A, B),
        "tete.cles_non_signees",
    )
    yield case(
        "change of keys signed by both", _sign(payload_of(replace(draft, trousseau=trousseau_of((C, D), 2))), A, B, C, D), "acceptee"
    )
    yield case("another list than the last leaf", _sign(changed(sha256="ab" * 32), A, B), "tete.inclusion")
    yield case("another root", _sign(changed(racine="ab" * 32), A, B), "tete.inclusion")
    yield case("in the future", good, "tete.date_future", NOW - timedelta(minutes=5, seconds=1))
    yield case("past its next update", good, "tete.expiree", NOW + 2 * DAY + timedelta(minutes=5, seconds=1))
    yield case("good for eight days", _sign(changed(next_update=horodatage.text_of(NOW + 8 * DAY)), A, B), "tete.validite")
    yield case("a list of tomorrow", _sign(payload_of(_of_tomorrow().draft(NOW, trousseau=three)), A, B), "tete.contenu")


def suivi_vectors() -> Vector:
    """Heads given one after the other to one reader, and its answer to each."""
    return {"keys": _keys(), "runs": [_follow(), _lies(), _key_changes()]}


def _follow() -> Vector:
    publication = Publication()
    _publish(publication, 1)
    steps = [_step(publication.tete(NOW), NOW, "nouvelle")]
    steps.append(_step(publication.tetes[0], NOW + HOUR, "inchangee"))
    steps.append(_step(publication.tete(NOW + HOUR), NOW + HOUR, "nouvelle"))
    for rank in (2, 3):
        _publish(publication, rank)
    head = publication.tete(NOW + 2 * HOUR)
    wrong = publication.consistency(1, 2)
    steps.append(_step(head, NOW + 2 * HOUR, "tete.consistance"))
    steps.append(_step(head, NOW + 2 * HOUR, "tete.consistance", wrong))
    steps.append(_step(head, NOW + 2 * HOUR, "nouvelle", publication.consistency(1)))
    steps.append(_step(publication.tetes[1], NOW + 2 * HOUR, "tete.retour_arriere"))
    steps.append(_step(head, NOW + 5 * DAY, "tete.expiree"))
    return {"name": "an honest log, its proofs, a rollback and a freeze", "policy": _policy(publication.trousseau), "steps": steps}


def _lies() -> Vector:
    publication = Publication()
    _publish(publication, 1)
    other_log = publication.fork()
    other_log.journal = "ab" * 32
    other_list = Publication(journal=publication.journal)
    _publish(other_list, 1, "ff" * 32)
    steps = [_step(publication.tete(NOW), NOW, "nouvelle")]
    steps.append(_step(other_log.tete(NOW), NOW, "tete.autre_journal"))
    steps.append(_step(publication.fork().tete(NOW + HOUR, previous="ab" * 32), NOW + HOUR, "tete.equivoque"))
    other_list.tetes, other_list.payloads = list(publication.tetes), list(publication.payloads)
    steps.append(_step(other_list.tete(NOW + HOUR), NOW + HOUR, "tete.equivoque"))
    steps.append(_step(other_list.tetes[-1], NOW + 300 * DAY, "tete.equivoque"))
    steps.append(_step(publication.tete(NOW + HOUR), NOW + HOUR, "nouvelle"))
    return {"name": "two truths", "policy": _policy(publication.trousseau), "steps": steps}


def _key_changes() -> Vector:
    publication = Publication()
    _publish(publication, 1)
    policy = _policy(publication.trousseau)
    old = publication.trousseau
    steps = [_step(publication.tete(NOW), NOW, "nouvelle")]
    first = publication.rotate((B, C), 2, NOW + HOUR)
    second = publication.rotate((C, D), 2, NOW + 2 * HOUR)
    last = publication.tete(NOW + 20 * DAY)
    steps.append(_step(last, NOW + 20 * DAY, "tete.cle_inconnue"))
    steps.append({"rotation": first.decode(), "name": f"journal/cles/{old.empreinte}.json", "expected": "suivie"})
    steps.append({"rotation": second.decode(), "name": f"journal/cles/{trousseau_of((B, C), 2).empreinte}.json", "expected": "suivie"})
    steps.append(_step(last, NOW + 20 * DAY, "nouvelle"))
    stale = Publication(journal=publication.journal, tetes=list(publication.tetes), payloads=list(publication.payloads))
    _publish(stale, 1)
    steps.append(_step(stale.tete(NOW + 20 * DAY), NOW + 20 * DAY, "tete.cle_inconnue"))
    return {"name": "changes of keys that were missed", "policy": policy, "steps": steps}


def _step(head: bytes, at: datetime, expected: str, consistency: bytes | None = None) -> Vector:
    proof = {} if consistency is None else {"consistency": consistency.decode()}
    return {**_file(head), **proof, "at": horodatage.text_of(at), "expected": expected}


def _of_tomorrow() -> Publication:
    publication = Publication()
    publication.publish_leaf(Feuille(1, "ab" * 32, NOW + DAY, NOW + DAY))
    return publication


def _sign(payload: bytes, *keys: ClePrivee) -> bytes:
    return assemble(payload, [sign_payload(payload, key) for key in keys])


def _with_false(payload: bytes) -> bytes:
    good = [sign_payload(payload, key) for key in (A, B, C)]
    return assemble(payload, [*good[:2], replace(good[2], value=good[1].value)])


def _with_header(payload: bytes, **changes: Any) -> bytes:
    value = json.loads(_sign(payload, A, B))
    protected = _b64(dump({"alg": "EdDSA", "kid": A.id, "typ": "drimm-tete+json"} | changes))
    value["signatures"][0] = {"protected": protected, "signature": _b64(A.sign(f"{protected}.{value['payload']}".encode()))}
    return dump(value)


def _container(data: bytes, edit: Callable[[Any], object], indent: int | None = None) -> bytes:
    value = json.loads(data)
    edit(value)
    return json.dumps(value, indent=indent).encode()


def _file(data: bytes) -> dict[str, str]:
    return {"file": data.decode()} if data.isascii() else {"file_base64": base64.b64encode(data).decode()}


def _policy(trousseau: Trousseau) -> Vector:
    return {"cles": trousseau.as_json(), "seuil": trousseau.seuil, "clock_skew_seconds": 300, "max_validity_days": 7}


def _public(name: str, key: ClePrivee) -> dict[str, str]:
    return {"id": name, "public_key": key.public.public_key.hex()}


def _keys() -> list[dict[str, str]]:
    return [_public(name, key) for name, key in KEYS.items()]


def _hexes(path: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in path]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


VECTORS: dict[str, Callable[[], Vector]] = {
    "canonical.json": canonical_vectors,
    "merkle.json": merkle_vectors,
    "feuille.json": feuille_vectors,
    "tete.json": tete_vectors,
    "suivi.json": suivi_vectors,
}


def text_of(name: str) -> str:
    """Return the text of one file of vectors."""
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for vector in VECTORS:
        (FOLDER / vector).write_text(text_of(vector), encoding="utf-8")
        sys.stdout.write(f"{FOLDER / vector}\n")
