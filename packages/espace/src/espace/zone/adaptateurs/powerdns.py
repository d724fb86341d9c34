# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Adapter of a PowerDNS authoritative server, by its HTTP API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from espace.config import Zone
from espace.config_zone import PowerDns
from espace.zone.adaptateurs.port import later, next_after
from espace.zone.adaptateurs.powerdns_http import Api
from espace.zone.ecarts import Contenu
from espace.zone.errors import DnsIllisible, DnsRefuse
from espace.zone.vue import soa_record

_CONFLICT = 422
_MAX_SENTENCE = 200


class PowerDnsApi:
    """Reads and patches one zone, that its administrator created.

    Args:
        settings: the table ``[zone]``.
        server: its table ``[zone.powerdns]``.

    Raises:
        AdaptateurMalRegle: the key cannot be read.
    """

    def __init__(self, settings: Zone, server: PowerDns) -> None:
        self._settings = settings
        self._api = Api(server, settings.controle.timeout_seconds)
        self._path = f"/zones/{settings.name}."

    def read(self) -> Contenu:
        """Fetch the zone; see :meth:`Adaptateur.read`."""
        return parse_zone(self._ask("GET", self._path), self._api.where)

    def write(self, noms: Mapping[str, str | None], serial: int) -> int:
        """Replace the names in one PATCH, all or nothing; see :meth:`Adaptateur.write`.

        PowerDNS refuses a CNAME beside another type: only then the whole zone is read, to take the other types away in the same PATCH.
        """
        before = self._serial()
        changes = [self._soa(next_after(serial, before))]
        changes += [self._lead(name, target) for name, target in noms.items() if target is not None]
        changes += [one for name, target in noms.items() if target is None for one in self._empty(name)]
        status, _ = self._patch(changes)
        if status == _CONFLICT:
            led = [name for name, target in noms.items() if target is not None]  # the others are emptied already; twice is refused
            status, body = self._patch([*_removals(self.read(), led), *changes])  # in this order: it looks for conflicts one by one
            if status == _CONFLICT:
                raise DnsRefuse(f"PowerDNS refuse ces enregistrements : {_reason(body)}")
        return self._served(before)

    def _patch(self, changes: list[dict[str, Any]]) -> tuple[int, bytes]:
        status, body = self._api.ask("PATCH", self._path, json.dumps({"rrsets": changes}).encode())
        if status not in (200, 204, _CONFLICT):
            raise self._refused(status)
        return status, body

    def _lead(self, name: str, target: str) -> dict[str, Any]:
        records = [{"content": f"{target}.", "disabled": False}]
        return {"name": f"{name}.", "type": "CNAME", "ttl": self._settings.ttl, "changetype": "REPLACE", "records": records}

    def _empty(self, name: str) -> list[dict[str, Any]]:
        found = _list(self._ask("GET", f"/search-data?q={quote(name, safe='')}&max=50&object_type=record"), self._api.where)
        kinds = {str(one.get("type")) for one in found if isinstance(one, dict) and str(one.get("name")).rstrip(".").lower() == name}
        return [{"name": f"{name}.", "type": kind, "changetype": "DELETE"} for kind in sorted(kinds)]

    def _soa(self, serial: int) -> dict[str, Any]:
        records = [{"content": soa_record(self._settings, serial).to_text(), "disabled": False}]
        return {"name": f"{self._settings.name}.", "type": "SOA", "ttl": self._settings.ttl, "changetype": "REPLACE", "records": records}

    def _served(self, before: int) -> int:
        serial = self._serial()
        if not later(serial, before):
            raise DnsRefuse(
                f"PowerDNS a pris les changements sans avancer le numéro de série ({serial}) : les secondaires ne les verraient pas."
            )
        return serial

    def _serial(self) -> int:
        return _serial_of(_object(self._ask("GET", f"{self._path}?rrsets=false"), self._api.where), self._api.where)

    def _ask(self, method: str, path: str) -> bytes:
        status, body = self._api.ask(method, path)
        if status != 200:
            raise self._refused(status)
        return body

    def _refused(self, status: int) -> DnsRefuse:
        return DnsRefuse(f"L'API {self._api.where} refuse la demande sur {self._settings.name} (HTTP {status}).")


def parse_zone(body: bytes, where: str) -> Contenu:
    """Read what the API says of a zone.

    Raises:
        DnsIllisible: another shape than that of the API.
    """
    zone = _object(body, where)
    records: dict[str, set[tuple[str, str]]] = {}
    try:
        for rrset in zone["rrsets"]:
            name, kind = str(rrset["name"]).rstrip(".").lower(), str(rrset["type"])
            contents = [str(one["content"]) for one in rrset["records"] if not one.get("disabled")]
            records.setdefault(name, set()).update((kind, _data(kind, text)) for text in contents)
    except (KeyError, TypeError, AttributeError):
        raise DnsIllisible(f"L'API {where} ne décrit pas une zone.") from None
    return Contenu(_serial_of(zone, where), {name: frozenset(found) for name, found in records.items()})


def _serial_of(zone: dict[str, Any], where: str) -> int:
    serial = zone.get("edited_serial", zone.get("serial"))
    if not isinstance(serial, int) or isinstance(serial, bool):
        raise DnsIllisible(f"L'API {where} ne donne pas le numéro de série de la zone.")
    return serial


def _data(kind: str, text: str) -> str:
    return text.rstrip(".").lower() if kind == "CNAME" else text


def _removals(found: Contenu, noms: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {"name": f"{name}.", "type": kind, "changetype": "DELETE"}
        for name in noms
        for kind in sorted({kind for kind, _ in found.records.get(name, frozenset())} - {"CNAME"})
    ]


def _list(body: bytes, where: str) -> list[Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list):
        raise DnsIllisible(f"La réponse de l'API {where} n'est pas une liste JSON.")
    return value


def _object(body: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise DnsIllisible(f"La réponse de l'API {where} n'est pas un objet JSON.")
    return value


def _reason(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])[:_MAX_SENTENCE]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "raison inconnue."
