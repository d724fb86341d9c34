# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The scenario, step by step: what an administrateur, an Operateur, a radiologist and an attacker do, in that order."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import dns.message
import dns.query

from banc.demo import administrateur, refusals
from banc.demo import examen as exams
from banc.demo import tete as tetes
from banc.demo.comparison import compare
from banc.demo.mesh import Mesh
from banc.demo.professionnel import Professionnel, Resultat
from banc.demo.refusals import RefusAttendu
from banc.demo.report import Refusal, Report
from banc.ris.client import send
from confiance.errors import OwnError
from confiance.liste_blanche import verify
from confiance.transparence.verifier import verify_tete
from drimbox.socle.kos.reader import read_kos

WAIT_SECONDS = 60.0
# a running process of a DRIMbox looks once per second whether another list is in force (drimbox.socle.annuaire.queries)
LOOK_SECONDS = 1.2
NO_EXAMEN = exams.Examen(b"", frozenset(), 0, 0)


class EtapeEchouee(OwnError):
    """A step did not end as it should."""

    code = "banc.etape_echouee"
    message = "Une étape de la démonstration a échoué."
    remede = "Lisez les journaux du dossier de travail."


@dataclass
class Play:
    """What the steps share."""

    mesh: Mesh
    given: exams.Given
    report: Report
    examen: exams.Examen = NO_EXAMEN
    kos: dict[str, str] = field(default_factory=dict)
    first_list: bytes = b""
    declarations: dict[str, str] = field(default_factory=dict)
    integrations: dict[str, str] = field(default_factory=dict)
    professionnel: Professionnel | None = None
    imported: Resultat | None = None

    @property
    def work(self) -> Path:
        """The work folder."""
        return self.mesh.plan.work

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.professionnel is not None:
            self.professionnel.close()


def base(play: Play) -> str:
    play.mesh.start_base()
    return "PostgreSQL, trois bases, un rôle par processus"


def igc(play: Play) -> str:
    play.mesh.build_pki()
    return "racine, AC Organisations, CRL, certificats de marché, révoqués, expirés, étrangers"


def prepare_examen(play: Play) -> str:
    play.examen = exams.prepare(play.given, play.mesh.plan.pacs(play.mesh.plan.a), play.work / "jeu")
    return f"{play.examen.instances} images, {play.examen.series} séries, dans le PACS de A"


def monde(play: Play) -> str:
    play.mesh.wait_monde()
    return "PSC, un autre fournisseur d'identité, DMP, miroir de la liste, deux PACS"


def espace(play: Play) -> str:
    play.mesh.start_monde()  # it starts beside the Espace, and neither needs the other yet
    play.mesh.start_espace()
    return play.mesh.plan.espace_url


def operateurs(play: Play) -> str:
    for box in play.mesh.plan.boxes:
        play.mesh.representant(box)
    invited = ", ".join(box.representant for box in play.mesh.plan.boxes)
    return f"conditions constatées, conteneur attribué ; entrés au portail par leur invitation : {invited}"


def registre(play: Play) -> str:
    told = []
    for box in play.mesh.plan.boxes:
        play.declarations[box.key] = play.mesh.declare(box)
        told.append(f"{play.declarations[box.key]}, {box.operateur} → {play.mesh.names[box.key].db}")
    return " ; ".join(told)


def attestations(play: Play) -> str:
    found = []
    for box in play.mesh.plan.boxes:
        page = play.mesh.representant(box).until(play.declarations[box.key], "attestation délivrée")
        found += page.document.xpath("//a[contains(@href, '/attestation/')]/text()")
    if len(found) != len(play.mesh.plan.boxes):
        raise EtapeEchouee("Une attestation de délégation n'est pas au dossier.")
    return f"noms publiés dans la zone, puis {', '.join(map(str, found))}"


def integrations(play: Play) -> str:
    play.mesh.launch_drimboxes()  # they start while the agents decide; the list will come
    for box in play.mesh.plan.boxes:
        play.integrations[box.key] = play.mesh.integrate(box)
    return " ; ".join(f"{numero}, acceptée" for numero in play.integrations.values())


def liste(play: Play) -> str:
    for box in play.mesh.plan.boxes:  # the Espace tells each Operateur once its DRIMbox is in the list in force
        play.mesh.representant(box).until(play.integrations[box.key], "provisoire")
    names = [play.mesh.names[box.key].db.encode() for box in play.mesh.plan.boxes]
    path = refusals.published(play.mesh)
    _wait_until(lambda: path.exists() and all(name in path.read_bytes() for name in names), "La liste publiée n'a pas les deux DRIMbox.")
    play.first_list = path.read_bytes()
    verified = verify(play.first_list, refusals.policy(play.mesh), at=datetime.now(UTC))
    kept = play.work / "liste-blanche.xml"
    kept.write_bytes(play.first_list)
    assert play.mesh.pki is not None
    play.report.liste_blanche = {"path": str(kept), "anchors": str(play.mesh.pki.anchors_dir), "domaines": len(verified.domaines)}
    return f"{len(verified.domaines)} domaines, signée par « {verified.signer.get('CN')} », vérifiée"


def tete(play: Play) -> str:
    path, policy = refusals.published(play.mesh).with_name("tete.json"), tetes.policy(play.mesh.plan)
    wanted = hashlib.sha256(play.first_list).hexdigest()

    def named() -> bool:
        return path.exists() and verify_tete(path.read_bytes(), policy, at=datetime.now(UTC)).tete.sha256 == wanted

    _wait_until(named, "La Tête ne nomme pas la liste publiée.")
    head = verify_tete(path.read_bytes(), policy, at=datetime.now(UTC)).tete
    return f"Tête n° {head.numero}, signée par le signataire et par le témoin ; le Journal des listes en compte {head.taille}"


def va(play: Play) -> str:
    numero = play.mesh.representant(play.mesh.plan.a).fournir_va(play.integrations["a"])
    administrateur.decide(play.mesh.agent("espace"), numero, "accept")
    play.mesh.representant(play.mesh.plan.a).until(numero, "intégration définitive")
    # this publication is over before the next steps compare lists
    _wait_until(lambda: refusals.published(play.mesh).read_bytes() != play.first_list, "La liste définitive n'est pas publiée.")
    return f"{numero} : la DRIMbox A est définitive ; celle de B reste provisoire, son document est attendu"


def zone(play: Play) -> str:
    names = [play.mesh.names[box.key].db for box in play.mesh.plan.boxes]
    answers = []
    for name in names:
        query = dns.message.make_query(name, "CNAME")
        answer = dns.query.udp(query, "127.0.0.1", port=play.mesh.plan.dns_port, timeout=5)
        if not answer.answer:
            raise EtapeEchouee(f"La zone ne répond pas pour {name}.")
        answers.append(f"{name} → {answer.answer[0][0]}")
    return f"dig @127.0.0.1 -p {play.mesh.plan.dns_port} : " + " ; ".join(answers)


def drimboxes(play: Play) -> str:
    play.mesh.wait_drimboxes()
    for box in play.mesh.plan.boxes:
        releve = play.mesh.wait_list(box)
        if releve.code:
            raise EtapeEchouee(f"La DRIMbox {box.key.upper()} refuse la liste : {releve.text}")
    return " ; ".join(f"{box.key.upper()} {box.public_url}" for box in play.mesh.plan.boxes)


def compte_rendu(play: Play) -> str:
    ack = send("127.0.0.1", play.mesh.plan.a.mllp_port, play.examen.message)
    if ack.code != "AA":
        raise EtapeEchouee(f"La DRIMbox A a répondu {ack.code} : {ack.reason}", remede="Corrigez le message et recommencez.")
    return f"{len(play.examen.message)} octets par MLLP, acquittés {ack.code}"


def depot(play: Play) -> str:
    folder = play.work / "dmp" / "kos"
    missing = f"Le KOS n'est pas au DMP après {WAIT_SECONDS:.0f} s ; voir {play.mesh.plan.a.public_url}/console/."
    _wait_until(lambda: len(list(folder.glob("*.dcm"))) >= len(play.examen.studies), missing)
    for kos in (read_kos(path.read_bytes()) for path in folder.glob("*.dcm")):
        play.kos[kos.study_instance_uid] = kos.sop_instance_uid
    study, sop = next(iter(play.kos.items()))
    path = folder / f"{sop}.dcm"
    play.report.kos = {"path": str(path), "sop_instance_uid": sop, "study_instance_uid": study}
    bodies = [body for body in sorted((play.work / "dmp" / "depots").glob("*.mime")) if path.read_bytes() in body.read_bytes()]
    play.report.deposit = {"path": str(bodies[0])}
    return f"{len(play.kos)} KOS déposé{'s' * (len(play.kos) > 1)} au DMP et vérifié{'s' * (len(play.kos) > 1)} par lui"


def appel(play: Play) -> str:
    play.professionnel = Professionnel(play.mesh)
    found = play.professionnel.open_dossier(play.examen.message)
    if found < len(play.kos):
        raise EtapeEchouee(f"B n'a trouvé que {found} examen(s) dans le DMP.")
    return f"un radiologue entre par Pro Santé Connect : {found} examen{'s' * (found > 1)} dans le DMP du patient"


def rapatriement(play: Play) -> str:
    assert play.professionnel is not None
    started = time.monotonic()
    play.imported = play.professionnel.import_all(play.examen.message)
    seconds = time.monotonic() - started
    if not play.imported.complete:
        raise EtapeEchouee(f"Le rapatriement s'est arrêté : {play.imported.code or play.imported.text}")
    play.report.retrieval["seconds"] = round(seconds, 3)
    return f"{play.imported.stored} images de A à B en TLS mutuel, rangées dans le PACS de B ({seconds:.1f} s)"


def comparaison(play: Play) -> str:
    sent, received = (play.mesh.plan.pacs(box) for box in play.mesh.plan.boxes)
    result = compare(sent, received, play.examen.studies)
    assert play.imported is not None
    play.report.retrieval.update(
        instances=result.received, bytes=result.bytes, identical=result.identical, stored_in_pacs=play.imported.stored,
        source_dir=str(sent), received_dir=str(received),
    )  # fmt: skip
    if not result.identical:
        raise EtapeEchouee(f"{len(result.differences)} images diffèrent : {' ; '.join(result.differences[:3])}")
    return f"{result.received} images identiques, {result.bytes / 1e6:.1f} Mo"


def liste_forgee(play: Play) -> str:
    told = _told(play, refusals.forged_list(play.mesh))
    return f"un intrus y est ajouté, une autre organisation la signe : A la refuse, {told}"


def jeton_etranger(play: Play) -> str:
    study, kos = next(iter(play.kos.items()))
    return (
        f"A ne sert pas les images à qui ne vient pas de Pro Santé Connect : {_told(play, refusals.foreign_token(play.mesh, study, kos))}"
    )


def exclusion(play: Play) -> str:
    assert play.professionnel is not None
    started = time.monotonic()
    before = refusals.published(play.mesh).read_bytes()
    administrateur.exclude(play.mesh.agent("espace"), play.mesh.names["b"].db)
    _wait_until(lambda: refusals.published(play.mesh).read_bytes() != before, "La liste sans B n'est pas publiée.")
    play.mesh.pull_list(play.mesh.plan.a)
    time.sleep(LOOK_SECONDS)
    refused = play.professionnel.import_all(play.examen.message)
    seconds = time.monotonic() - started
    if refused.complete:
        raise RefusAttendu("La DRIMbox A a servi des images à une DRIMbox exclue.")
    path = play.work / "refus" / "excluded_drimbox.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(refused.text, encoding="utf-8")
    told = _told(play, Refusal("excluded_drimbox", refused.code, refused.http_status, refused.trace, str(path)))
    return f"A ne sert plus B, {seconds:.1f} s après la décision de l'agent : {told}"


def retour_en_arriere(play: Play) -> str:
    refusal = refusals.rolled_back_list(play.mesh, play.first_list)
    return f"authentique mais ancienne, A la refuse et garde celle en vigueur : {refusal.code} (trace {refusal.trace[:8]}…)"


def _wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    limit = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > limit:
            raise EtapeEchouee(otherwise)
        time.sleep(0.1)


def _told(play: Play, refusal: Refusal) -> str:
    play.report.refusals.append(refusal)
    status = f"HTTP {refusal.http_status}, " if refusal.http_status else ""
    return f"{status}{refusal.code} (trace {refusal.trace[:8]}…)"


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step: its name in the report, its title for people, and what it does."""

    name: str
    title: str
    play: Callable[[Play], str]


STEPS = (
    Step("base", "La base de données", base),
    Step("igc", "Une IGC qui ressemble à IGC-Santé", igc),
    Step("examen", "Un examen dans le PACS de l'hôpital A", prepare_examen),
    Step("espace", "L'Espace de Confiance", espace),
    Step("monde", "Le monde extérieur", monde),
    Step("operateurs", "Deux Opérateurs entrent au portail, leurs conditions remplies", operateurs),
    Step("registre", "Leurs Déclarations acceptées : deux noms chacun, pour toujours", registre),
    Step("attestations", "Les noms publiés, l'attestation de délégation est scellée", attestations),
    Step("integrations", "Les certificats émis, leurs Intégrations sont acceptées", integrations),
    Step("liste", "La Liste Blanche signée, relue, publiée ; l'entrée notifiée", liste),
    Step("tete", "Une Tête la confirme, un Journal la retient", tete),
    Step("zone", "Leurs noms sont dans la zone", zone),
    Step("va", "Le document de VA de A est accepté", va),
    Step("drimboxes", "Les deux DRIMbox démarrent et relèvent la liste", drimboxes),
    Step("compte_rendu", "Le RIS de A envoie le compte rendu validé", compte_rendu),
    Step("depot", "A en tire un KOS et le dépose au DMP", depot),
    Step("appel", "Dans l'hôpital B, un appel contextuel", appel),
    Step("rapatriement", "B vérifie la liste et rapatrie les images", rapatriement),
    Step("comparaison", "Ce qui est arrivé est ce qui est parti", comparaison),
    Step("liste_forgee", "Refus : une liste forgée", liste_forgee),
    Step("jeton_etranger", "Refus : le jeton d'un autre fournisseur", jeton_etranger),
    Step("exclusion", "Refus : une DRIMbox exclue", exclusion),
    Step("retour_en_arriere", "Refus : une liste ancienne rejouée", retour_en_arriere),
)
