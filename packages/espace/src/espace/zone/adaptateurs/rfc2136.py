# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Adapter of a primary server that takes dynamic updates signed with TSIG (RFC 2136, RFC 8945): knot, BIND, NSD's friends."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update
import dns.xfr
import dns.zone

from confiance.exploitation.settings import SettingsError, read_secret
from espace.config import Zone
from espace.config_zone import Rfc2136
from espace.zone.adaptateurs.flux import Bornes, conversation
from espace.zone.adaptateurs.port import next_after
from espace.zone.ecarts import Contenu
from espace.zone.errors import AdaptateurMalRegle, DnsIllisible, DnsInjoignable, DnsRefuse
from espace.zone.trame import TrameTropLongue
from espace.zone.vue import soa_record


class DynamicUpdate:
    """Writes with UPDATE, reads with AXFR; both signed, and an answer without signature is not believed.

    Args:
        settings: the table ``[zone]``.
        server: its table ``[zone.rfc2136]``.

    Raises:
        AdaptateurMalRegle: the key cannot be read.
    """

    def __init__(self, settings: Zone, server: Rfc2136) -> None:
        self._settings = settings
        self._server = server
        self._origin = dns.name.from_text(settings.name)
        self._key = _key(server)

    def read(self) -> Contenu:
        """Transfer the zone; see :meth:`Adaptateur.read`."""
        zone = dns.zone.Zone(self._origin, relativize=False)
        query, _ = dns.xfr.make_query(zone, keyring=self._key, keyname=self._key.name, keyalgorithm=self._key.algorithm)
        bornes = Bornes(self._settings.controle.timeout_seconds, self._server.transfer_seconds, self._server.transfer_bytes)
        with self._spoken(), conversation(str(self._server.server), self._server.port, query.to_wire(), bornes) as answers:
            _receive(zone, query, answers)
        return _content(zone)

    def write(self, noms: Mapping[str, str | None], serial: int) -> int:
        """Replace the names in one update, or in two where one is too long for a message; see :meth:`Adaptateur.write`."""
        try:
            self._update(noms, next_after(serial, self._serial()))
        except dns.exception.TooBig:
            items = list(noms.items())
            self.write(dict(items[: len(items) // 2]), serial)
            return self.write(dict(items[len(items) // 2 :]), serial)
        return self._serial()

    def _update(self, noms: Mapping[str, str | None], given: int) -> None:
        update = dns.update.UpdateMessage(self._origin)
        update.replace(self._origin, self._settings.ttl, soa_record(self._settings, given))
        for name, target in noms.items():
            owner = dns.name.from_text(name)
            update.delete(owner)
            if target is not None:
                update.add(owner, self._settings.ttl, "CNAME", f"{target}.")
        self._ask(update)

    def _serial(self) -> int:
        answer = self._ask(dns.message.make_query(self._origin, "SOA"))
        for rrset in answer.answer:
            if rrset.rdtype == dns.rdatatype.SOA and rrset.name == self._origin:
                return int(rrset[0].serial)
        raise DnsRefuse(f"Le serveur {self._where} ne fait pas autorité sur {self._settings.name}.")

    def _ask(self, message: dns.message.Message) -> dns.message.Message:
        message.use_tsig(self._key, keyname=self._key.name, algorithm=self._key.algorithm)
        with self._spoken():
            answer = dns.query.tcp(
                message, str(self._server.server), timeout=self._settings.controle.timeout_seconds, port=self._server.port
            )
        if answer.rcode() != dns.rcode.NOERROR:
            raise DnsRefuse(f"Le serveur {self._where} refuse la mise à jour ({dns.rcode.to_text(answer.rcode())}).")
        if not answer.had_tsig:
            raise DnsIllisible(f"La réponse du serveur {self._where} n'est pas signée.")
        return answer

    @property
    def _where(self) -> str:
        return f"{self._server.server}:{self._server.port}"

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except dns.exception.TooBig:  # the message is ours
            raise
        except (OSError, EOFError, dns.exception.Timeout) as error:
            raise DnsInjoignable(f"Le serveur DNS {self._where} ne répond pas ({type(error).__name__}).") from None
        except (dns.tsig.BadSignature, dns.tsig.BadTime, dns.tsig.PeerError, dns.message.UnknownTSIGKey) as error:
            raise DnsIllisible(
                f"Le serveur {self._where} et nous n'avons pas la même clé ou la même heure ({type(error).__name__})."
            ) from None
        except dns.xfr.TransferError as error:
            raise DnsRefuse(f"Le serveur {self._where} refuse le transfert ({dns.rcode.to_text(error.rcode)}).") from None
        except (dns.exception.DNSException, ValueError, TrameTropLongue) as error:
            raise DnsIllisible(f"La réponse du serveur {self._where} ne peut pas être lue ({type(error).__name__}).") from None


def _key(server: Rfc2136) -> dns.tsig.Key:
    try:
        secret = read_secret(server.key).reveal()
        key = dns.tsig.Key(server.key_name, secret, f"{server.algorithm}.")
        binascii.a2b_base64(secret, strict_mode=True)
    except SettingsError as error:
        raise AdaptateurMalRegle(error.message) from None
    except (dns.exception.DNSException, ValueError):
        raise AdaptateurMalRegle("La clé TSIG n'est pas en base64.") from None
    return key


def _receive(zone: dns.zone.Zone, query: dns.message.Message, answers: Iterator[bytes]) -> None:
    """Fill a zone with a transfer; it is only filled once the last message is there and signed (:class:`dns.xfr.Inbound`)."""
    context = None
    with dns.xfr.Inbound(zone, dns.rdatatype.AXFR) as inbound:
        for wire in answers:
            message = dns.message.from_wire(
                wire, keyring=query.keyring, request_mac=query.mac, xfr=True, tsig_ctx=context, multi=True, one_rr_per_rrset=False
            )
            if inbound.process_message(message):
                return
            context = message.tsig_ctx
    raise EOFError("the server closed before the end")


def _content(zone: dns.zone.Zone) -> Contenu:
    records: dict[str, frozenset[tuple[str, str]]] = {}
    for name, node in zone.nodes.items():
        found = ((dns.rdatatype.to_text(rdataset.rdtype), data.to_text()) for rdataset in node for data in rdataset)
        pairs = frozenset((kind, text.rstrip(".").lower() if kind == "CNAME" else text) for kind, text in found)
        records[name.to_text(omit_final_dot=True).lower()] = pairs
    return Contenu(zone.get_soa().serial, records)
