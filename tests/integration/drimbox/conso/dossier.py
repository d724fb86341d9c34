# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a consommatrice holds before it brings images: a call, a professional logged in, a KOS found."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import aiohttp
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from yarl import URL

from banc.psc.pilot import login
from drimbox.socle import tls
from drimbox.socle.identite import PscClient, Retour, SessionPsc
from tests.drimbox_env import DB
from tests.integration.drimbox.partage.maille import INS, PROFESSIONNEL, RETURN, Etude, Maille

OID_INS = "1.2.250.1.213.1.4.10"
FORM = {
    "Patient.identifier.value": INS,
    "Patient.identifier.system": OID_INS,
    "Patient.name.family": "PAT-TROIS",
    "Patient.name.given": "DOMINIQUE",
    "Patient.gender": "female",
    "Patient.birthDate": "1979-03-28",
    "Address.district": "75056",
    "PatientID": "IPP1",
    "PatientIDIssuer": "1.2.250.1.999",
    "InformationEtConsentement": "yes",
}


def make_kos(etude: Etude, *, db: str = DB, urls: dict[str, str] | None = None, ins: str = INS) -> bytes:
    """Write a KOS by hand, from the standard: it owes nothing to the builder of the project."""
    kos = Dataset()
    kos.SOPClassUID, kos.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.59", etude.kos
    kos.StudyInstanceUID, kos.SeriesInstanceUID, kos.Modality = etude.study, generate_uid(), "KO"
    kos.StudyDate, kos.StudyTime, kos.InstanceNumber, kos.StudyDescription = "20250612", "101500", 1, "SCANNER CRANE"
    kos.PatientName, kos.PatientID, kos.PatientBirthDate, kos.PatientSex = "PAT-TROIS^DOMINIQUE", ins, "19790328", "F"
    issuer = Dataset()
    issuer.UniversalEntityID, issuer.UniversalEntityIDType = OID_INS, "ISO"
    kos.IssuerOfPatientIDQualifiersSequence = [issuer]
    title = Dataset()
    title.CodeValue, title.CodingSchemeDesignator, title.CodeMeaning = "113030", "DCM", "Manifest"
    kos.ConceptNameCodeSequence, kos.ValueType = [title], "CONTAINER"
    evidence = Dataset()
    evidence.StudyInstanceUID = etude.study
    evidence.ReferencedSeriesSequence = [_series(etude, uid, db, urls or {}) for uid in etude.series]
    kos.CurrentRequestedProcedureEvidenceSequence = [evidence]
    return _file(kos)


def _series(etude: Etude, uid: str, db: str, urls: dict[str, str]) -> Dataset:
    serie = Dataset()
    serie.SeriesInstanceUID = uid
    serie.RetrieveURL = urls.get(uid, f"https://{db}/dicom-web-rs/studies/{etude.study}/series/{uid}")
    serie.ReferencedSOPSequence = [_reference(sop) for sop in etude.instances[uid]]
    return serie


def _reference(sop: str) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", sop
    return reference


def _file(kos: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kos.SOPClassUID, kos.SOPInstanceUID
    kos.file_meta = meta
    buffer = BytesIO()
    kos.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


async def session_of(maille: Maille) -> SessionPsc:
    """Log in a test professional at the PSC of the mesh."""
    trust = tls.client_context(maille.settings.psc.trust)
    async with PscClient(maille.settings.psc) as psc, aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http:
        url, demande = await psc.authorization_request(RETURN)
        retour = Retour.from_query(dict(URL(await login(http, url, PROFESSIONNEL)).query))
        return await psc.exchange(retour.code, retour.state, demande, iss=retour.iss)


def ask_for(etude: Etude, session: SessionPsc, contenu: bytes) -> Any:
    """Make the rows that lead to a rapatriement, and ask for it."""
    from drimbox.conso.appel import actions as appel
    from drimbox.conso.appel.models import Appel
    from drimbox.conso.rapatriement import actions
    from drimbox.conso.recherche_dmp.apercu import Apercu
    from drimbox.conso.recherche_dmp.models import KosTrouve
    from drimbox.socle.coffre.fields import seal

    now = datetime.now(UTC)
    number, _ = appel.receive(FORM.items(), now, peer_ip="127.0.0.1")
    row = appel._keep_session(session, now)
    kos = KosTrouve(appel=Appel.objects.get(pk=number), sop_instance_uid=etude.kos, found_at=now)
    kos.fiche, kos.contenu = seal(kos, Apercu("", (), (), "", "").to_bytes()), seal(kos, contenu)
    kos.save(force_insert=True)
    return actions.ask(kos, row, now)
