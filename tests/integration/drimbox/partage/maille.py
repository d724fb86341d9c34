# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A small mesh around the images door: a signed list in force, images in a PACS, KOS in the database, a PSC, peers with certificates."""

from __future__ import annotations

import contextlib
import functools
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pydicom
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from yarl import URL

from banc.pacs.simulator import PacsSimulator
from banc.pki import store
from banc.psc import ClientPsc, PscConfig
from banc.psc.pilot import login
from confiance.liste_blanche import Brouillon, Domaine, SigningKey, sign
from drimbox.config import Acheminement, Certificate, DrimboxSettings, Tls
from drimbox.socle import tls
from drimbox.socle.annuaire import acheminement
from drimbox.socle.identite import PscClient, Retour
from tests.drimbox_env import DB, DB2, Environment

INS = "279035121518989"
RETURN = "https://vi1.1.mesimagesmedicales.fr/psc/retour"
PROFESSIONNEL = "899700000012"
MEGABYTE = 1 << 20


@dataclass
class Etude:
    """One study of the PACS: its UIDs, and the bytes of every data set by SOPInstanceUID."""

    study: str = field(default_factory=generate_uid)
    series: list[str] = field(default_factory=list)
    datasets: dict[str, bytes] = field(default_factory=dict)
    instances: dict[str, list[str]] = field(default_factory=dict)
    kos: str = field(default_factory=generate_uid)


def after_ins(dataset: bytes) -> bytes:
    """Return what follows, in a data set of these tests, the place of the INS: the source leaves these bytes as they are stored."""
    return dataset[dataset.index(b"\x10\x00\x10\x10") :]  # (0010,1010) PatientAge


def make_kos(etude: Etude, *, ins: str = INS) -> bytes:
    """Return a KOS that points to every instance of a study, with what this mesh reads of it."""
    from io import BytesIO

    from drimbox.socle.personnes import OID_INS_NIR_TEST, Identifiant
    from drimbox.source.pointeur.module_francais import authority, other_patient_ids

    kos, evidence, identifiant = Dataset(), Dataset(), Identifiant(ins, OID_INS_NIR_TEST)
    kos.SOPClassUID, kos.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.59", etude.kos
    kos.PatientID, kos.PatientName, kos.PatientBirthDate, kos.PatientSex = ins, "PAT-TROIS^DOMINIQUE", "19790328", "F"
    kos.IssuerOfPatientID, kos.IssuerOfPatientIDQualifiersSequence = "ASIP-SANTE-INS-NIR", authority(identifiant.oid)
    kos.OtherPatientIDsSequence = other_patient_ids(identifiant)
    kos.StudyInstanceUID = evidence.StudyInstanceUID = etude.study
    kos.StudyDate, kos.StudyTime, kos.StudyDescription, kos.SpecificCharacterSet = "20210108", "102500", "Scanner du crâne", "ISO_IR 100"
    evidence.ReferencedSeriesSequence = [_serie(etude, rank, series) for rank, series in enumerate(etude.series, start=1)]
    kos.CurrentRequestedProcedureEvidenceSequence = [evidence]
    kos.TextValue = "".join(f"Série-{uid} : CT @ : coupes\n" for uid in etude.series)
    buffer = BytesIO()
    kos.ensure_file_meta()
    kos.file_meta.TransferSyntaxUID, kos.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.2.1", kos.SOPClassUID
    kos.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _serie(etude: Etude, rank: int, series: str) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID, item.SeriesNumber, item.ReferencedSOPSequence = series, rank, []
    for number, sop in enumerate(etude.instances[series], start=1):
        reference = Dataset()
        reference.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        reference.ReferencedSOPInstanceUID, reference.InstanceNumber = sop, number
        item.ReferencedSOPSequence.append(reference)
    return item


def make_study(folder: Path, *, series: int = 2, instances: int = 3, patient: str = "IPP1", padding: int = 0) -> Etude:
    """Write a study of real CT images, each with its own UIDs."""
    etude = Etude()
    template = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    folder.mkdir(parents=True, exist_ok=True)
    for rank in range(series):
        uid = generate_uid()
        etude.series.append(uid)
        for number in range(1, instances + 1):
            sop = _write_instance(folder, template, etude, uid, rank, number, patient, padding)
            etude.instances.setdefault(uid, []).append(sop)
    return etude


def _write_instance(folder: Path, template: Any, etude: Etude, series: str, rank: int, number: int, patient: str, padding: int) -> str:
    image = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False)) if template is None else template
    sop = generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID = etude.study, series, sop
    image.file_meta.MediaStorageSOPInstanceUID = sop
    image.PatientID, image.SeriesNumber, image.InstanceNumber = patient, rank + 1, number
    if padding:
        image.DataSetTrailingPadding = b"\0" * padding
    path = folder / f"{sop}.dcm"
    image.save_as(path, enforce_file_format=True)
    data = path.read_bytes()
    length = int.from_bytes(data[140:144], "little")
    etude.datasets[sop] = data[144 + length :]
    return sop


@functools.cache
def _signing_key(signer: store.Issued) -> SigningKey:
    """Reading a private key checks that it is prime: once is enough."""
    return SigningKey.from_pem(signer.leaf_pem(), signer.key.read_bytes(), signer.chain_pem())


@dataclass
class Maille:
    """What tests hold."""

    environment: Environment
    settings: DrimboxSettings
    pacs: PacsSimulator
    folder: Path
    port: int = 0
    etranger: PscConfig | None = None

    @property
    def pki(self) -> store.Pki:
        return self.environment.pki

    def publish(self, *dbs: str, at: datetime | None = None) -> None:
        """Put in force a list that holds these names under their SERV_SSL."""
        from drimbox.socle.annuaire import queries
        from drimbox.socle.annuaire.actions.liste import apply_list
        from drimbox.socle.annuaire.actions.passage import Passage
        from drimbox.socle.annuaire.fetch import Reponse

        now = at or datetime.now(UTC)
        apply_list(Reponse("http://liste", self.signed_list(*dbs, at=now), ""), "", Passage("0" * 32, now))
        queries.forget()

    def signed_list(self, *dbs: str, at: datetime, signer: store.Issued | None = None) -> bytes:
        rows = tuple(
            Domaine(str(rank), db, db.replace("db", "vi", 1), "OPERATEUR A", str(self.pki.serv_ssl(db).dn), "a@banc.test", at)
            for rank, db in enumerate(dbs, start=1)
        )
        signer = signer or self.pki.list_signer
        return sign(Brouillon(rows, at), _signing_key(signer), signing_time=at)

    def add_kos(
        self, etude: Etude, db: str = DB, *, state: str = "en_vigueur", envoi: str | None = "depose", contenu: bytes | None = None
    ) -> None:
        """Register the KOS of a study as a source does, with the state of its deposit (None when none was asked)."""
        from drimbox.source.depot_dmp.models import Envoi
        from drimbox.source.pointeur.models import Examen, Kos
        from drimbox.source.reception.models import MessageRecu

        now, name = datetime.now(UTC), uuid4().hex
        with self.environment.role("proprietaire"):
            message = MessageRecu.objects.create(received_at=now, changed_at=now, peer="127.0.0.1", control_id=name, sha256=name, body=b"")
            examen = Examen.objects.create(message=message, study_instance_uid=etude.study, db=db, created_at=now, changed_at=now)
            counts = {"series_count": len(etude.series), "instances_count": len(etude.datasets)}
            kos = Kos.objects.create(
                examen=examen,
                sop_instance_uid=etude.kos,
                study_instance_uid=etude.study,
                series_instance_uid=generate_uid(),
                db=db,
                state=state,
                contenu=make_kos(etude) if contenu is None else contenu,
                created_at=now,
                **counts,
            )
            if envoi is not None:
                Envoi.objects.create(examen=examen, kos=kos, sequence=1, state=envoi, created_at=now)

    def tls_of(self, identity: store.Issued) -> ssl.SSLContext:
        certificate = Certificate(certificate=identity.certificate, key=identity.key)
        return tls.client_context_drimbox(Tls(server=certificate, viewer=certificate, anchors=self.pki.anchors_dir))

    @contextlib.asynccontextmanager
    async def client(self, identity: store.Issued | None = None) -> AsyncIterator[aiohttp.ClientSession]:
        """A peer: by default the other DRIMbox of the mesh."""
        addresses = dict.fromkeys((DB, DB2, "db9.9.mesimagesmedicales.fr"), f"127.0.0.1:{self.port}")
        resolver = acheminement.resolver(Acheminement(addresses=addresses))
        connector = aiohttp.TCPConnector(resolver=resolver, ssl=self.tls_of(identity or self.pki.serv_ssl(DB2)))
        async with aiohttp.ClientSession(connector=connector) as session:
            yield session

    def url(self, etude: Etude, *, series: str | None = None, instance: str | None = None, db: str = DB) -> str:
        path = f"https://{db}/dicom-web-rs/studies/{etude.study}"
        return path + (f"/series/{series}" if series else "") + (f"/instances/{instance}" if instance else "")

    def journal(self, event: str) -> list[tuple[str | None, str | None, dict[str, Any]]]:
        """Lines of the journal of one event: trace, code, fields."""
        return self.environment.sql("SELECT trace, code, fields FROM journal WHERE event = %s ORDER BY id", event)  # type: ignore[return-value]


def psc_of(environment: Environment, *, name: str = "PSC") -> Any:
    """Configuration of the PSC of the mesh for :func:`banc.psc.served`."""
    secret = (environment.folder / "psc_secret").read_text()
    return lambda base: PscConfig(base, (ClientPsc("drimbox-a", secret, (RETURN,), ("https://vi1.1.mesimagesmedicales.fr/",)),), name=name)


async def token(settings: DrimboxSettings) -> str:
    """Log in a test professional and return an access token."""
    async with (
        PscClient(settings.psc) as psc,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls.client_context(settings.psc.trust))) as http,
    ):
        url, demande = await psc.authorization_request(RETURN)
        back = await login(http, url, PROFESSIONNEL)
        retour = Retour.from_query(dict(URL(back).query))
        session = await psc.exchange(retour.code, retour.state, demande, iss=retour.iss)
        return session.access_token
