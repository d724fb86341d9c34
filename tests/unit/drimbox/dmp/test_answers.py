# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Readers of what the DMP answers: SOAP, registry responses, entries, documents."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from confiance.errors import DrimmError
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse, DmpReponseInvalide, shown_codes
from drimbox.socle.dmp.hl7_types import cx, dtm, escaped, read_cx, read_dtm, unescaped, xon
from drimbox.socle.dmp.model import Criteres, FicheDocument, LimitesDmp
from drimbox.socle.dmp.registry import read_search_answer, write_search
from drimbox.socle.dmp.repository import read_deposit_answer, read_document
from drimbox.socle.dmp.soap import SOAP, WSA, Reponse, read_response
from drimbox.socle.personnes import Identifiant, Structure
from tests.unit.drimbox.dmp.samples import INS

LIMITS = LimitesDmp()
SOAP_TYPE = "application/soap+xml; charset=utf-8"


def soap(body: str, header: str = "") -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}" xmlns:w="{WSA}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'.encode()


def answer(body: str) -> Reponse:
    return read_response(SOAP_TYPE, soap(body), LIMITS)


def registry_response(status: str, *codes: str, severity: str = "Error") -> str:
    errors = "".join(
        f'<RegistryError errorCode="{code}" codeContext="patient 279035121518989" '
        f'severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:{severity}"/>'
        for code in codes
    )
    status = f"urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:{status}"
    return f'<RegistryResponse xmlns="{voc.RS}" status="{status}"><RegistryErrorList>{errors}</RegistryErrorList></RegistryResponse>'


@given(data=st.binary(max_size=400), content_type=st.sampled_from([SOAP_TYPE, "multipart/related; boundary=b", "text/plain", ""]))
def test_no_bytes_make_the_reader_fail_otherwise_than_by_our_errors(data: bytes, content_type: str) -> None:
    with contextlib.suppress(DrimmError):
        read_response(content_type, data, LIMITS)


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=100))
def test_no_text_in_an_envelope_makes_the_reader_fail_otherwise(text: str) -> None:
    with contextlib.suppress(DrimmError):
        read_deposit_answer(read_response(SOAP_TYPE, soap(text), LIMITS))


def test_addressing_of_an_answer_is_read() -> None:
    read = read_response(SOAP_TYPE, soap("<a/>", "<w:Action>act</w:Action><w:RelatesTo> urn:uuid:1 </w:RelatesTo>"), LIMITS)
    assert (read.action, read.relates_to, read.body.tag) == ("act", "urn:uuid:1", "a")


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/html", soap("<a/>")),
        (SOAP_TYPE, b"<a/>"),
        (SOAP_TYPE, soap("")),
        (SOAP_TYPE, b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + soap("<a>&e;</a>")),
        (SOAP_TYPE, b"<a>" * 400),
        (SOAP_TYPE, soap("<a/>") + b" " * (LIMITS.xml_bytes + 1)),
        ("multipart/related; boundary=b", b"--b\r\nContent-Type: text/plain\r\n\r\n<a/>\r\n--b--"),
    ],
)
def test_what_is_not_a_soap_answer_is_refused(content_type: str, data: bytes) -> None:
    with pytest.raises(DmpReponseInvalide):
        read_response(content_type, data, LIMITS)


def test_a_fault_of_the_sender_is_final_and_keeps_its_codes_only() -> None:
    fault = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>wsse:FailedCheck</s:Value></s:Subcode></s:Code>"
        "<s:Reason><s:Text>patient 279035121518989</s:Text></s:Reason></s:Fault>"
    )
    with pytest.raises(DmpRefuse) as caught:
        answer(fault)
    assert caught.value.codes == ("soap.Sender", "wsse:FailedCheck")
    assert "279035121518989" not in caught.value.message


def test_a_fault_of_the_receiver_is_worth_another_try() -> None:
    with pytest.raises(DmpIndisponible):
        answer("<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code></s:Fault>")


def test_a_refused_deposit_gives_its_codes_and_never_its_context() -> None:
    with pytest.raises(DmpRefuse) as caught:
        read_deposit_answer(answer(registry_response("Failure", "XDSPatientIdDoesNotMatch", "279035121518989", "INS279035121518989")))
    assert caught.value.codes == ("XDSPatientIdDoesNotMatch",)
    assert "279035121518989" not in str(caught.value.as_dict())


def test_an_overloaded_dmp_is_worth_another_try() -> None:
    with pytest.raises(DmpIndisponible):
        read_deposit_answer(answer(registry_response("Failure", "XDSRepositoryBusy")))
    with pytest.raises(DmpRefuse):
        read_deposit_answer(answer(registry_response("Failure", "XDSRepositoryBusy", "XDSRepositoryMetadataError")))


def test_success_with_a_warning_is_success() -> None:
    read_deposit_answer(answer(registry_response("Success", "XDSExtraMetadataNotSaved", severity="Warning")))


@pytest.mark.parametrize(
    "body", ["<RegistryResponse/>", f'<RegistryResponse xmlns="{voc.RS}"/>', f'<x:AdhocQueryResponse xmlns:x="{voc.QUERY}"/>']
)
def test_an_answer_without_status_or_of_another_kind_is_refused(body: str) -> None:
    with pytest.raises(DmpReponseInvalide):
        read_deposit_answer(answer(body))


FICHE = FicheDocument(
    entry_uuid="urn:uuid:1", unique_id="2.999.1", repository_unique_id="2.999.2", patient_ins=INS, mime_type="application/dicom",
    type_code="IMG-KOS", titre="", status="Approved", creation=None, debut=None, fin=None, hash=None, size=None, actes=(), modalites=(),
    regions=(), confidentialites=("N",), accession=None, order=None, study_instance_uid=None, institution="",
)  # fmt: skip


def retrieved(content: bytes, unique_id: str = "2.999.1") -> Reponse:
    document = base64.b64encode(content).decode()
    return answer(
        f'<RetrieveDocumentSetResponse xmlns="{voc.XDSB}">{registry_response("Success")}<DocumentResponse>'
        f"<RepositoryUniqueId>2.999.2</RepositoryUniqueId><DocumentUniqueId>{unique_id}</DocumentUniqueId>"
        f"<mimeType>application/dicom</mimeType><Document>{document}</Document></DocumentResponse></RetrieveDocumentSetResponse>"
    )


def test_a_document_given_inline_is_read() -> None:
    sha1 = hashlib.sha1(b"kos", usedforsecurity=False).hexdigest()
    assert read_document(retrieved(b"kos"), replace(FICHE, size=3, hash=sha1.upper())) == b"kos"


@pytest.mark.parametrize("changes", [{"size": 4}, {"hash": "0" * 40}, {"unique_id": "2.999.9"}])
def test_a_document_that_is_not_the_registered_one_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DmpReponseInvalide):
        read_document(retrieved(b"kos"), replace(FICHE, **changes))


def test_an_unknown_document_is_a_refusal_with_its_code() -> None:
    failure = registry_response("Failure", "XDSDocumentUniqueIdError")
    body = f'<RetrieveDocumentSetResponse xmlns="{voc.XDSB}">{failure}</RetrieveDocumentSetResponse>'
    with pytest.raises(DmpRefuse) as caught:
        read_document(answer(body), FICHE)
    assert caught.value.codes == ("XDSDocumentUniqueIdError",)


def entries(count: int, inside: str = "") -> Reponse:
    entry = f'<r:ExtrinsicObject id="urn:uuid:1">{inside}</r:ExtrinsicObject>'
    status = voc.RESPONSE_SUCCESS
    return answer(
        f'<AdhocQueryResponse xmlns="{voc.QUERY}" xmlns:r="{voc.RIM}" status="{status}">'
        f"<r:RegistryObjectList>{entry * count}</r:RegistryObjectList></AdhocQueryResponse>"
    )


def test_an_empty_search_is_an_empty_list() -> None:
    assert read_search_answer(entries(0), LIMITS) == []


@pytest.mark.parametrize("reponse", [entries(1), entries(LIMITS.entries + 1)])
def test_entries_without_identity_or_too_many_are_refused(reponse: Reponse) -> None:
    with pytest.raises(DmpReponseInvalide):
        read_search_answer(reponse, LIMITS)


def test_one_entry_without_identity_costs_only_itself() -> None:
    identifiers = "".join(
        f'<r:ExternalIdentifier identificationScheme="{scheme}" value="{value}"/>'
        for scheme, value in ((voc.DE_PATIENT_ID, cx(INS, "NH").replace("&", "&amp;")), (voc.DE_UNIQUE_ID, "2.999.1"))
    )
    listed = f'<r:ExtrinsicObject id="urn:uuid:1">{identifiers}</r:ExtrinsicObject><r:ExtrinsicObject id="urn:uuid:2"/>'
    reponse = answer(
        f'<AdhocQueryResponse xmlns="{voc.QUERY}" xmlns:r="{voc.RIM}" status="{voc.RESPONSE_SUCCESS}">'
        f"<r:RegistryObjectList>{listed}</r:RegistryObjectList></AdhocQueryResponse>"
    )
    assert [fiche.unique_id for fiche in read_search_answer(reponse, LIMITS)] == ["2.999.1"]


def test_a_search_by_accession_uses_the_reference_query() -> None:
    criteres = Criteres(accession=Identifiant("ACN'1", "2.999.5"), modalites=("CT", "MR"), depuis=datetime(2021, 1, 8, tzinfo=UTC))
    query = etree.fromstring(write_search(INS, criteres)).find(f"{{{voc.RIM}}}AdhocQuery")
    slots = {slot.get("name"): "".join(slot.itertext()) for slot in query}
    assert query.get("id") == voc.FIND_BY_REFERENCE
    assert slots["$XDSDocumentEntryReferenceIdList"] == "('ACN''1^^^&2.999.5&ISO^urn:ihe:iti:xds:2013:accession')"
    assert slots["$XDSDocumentEntryPatientId"] == "'279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH'"
    assert slots["$XDSDocumentEntryEventCodeList"] == "('CT^^1.2.250.1.213.1.1.5.618','MR^^1.2.250.1.213.1.1.5.618')"
    assert slots["$XDSDocumentEntryCreationTimeFrom"] == "'20210108000000'"


@given(value=st.text(min_size=1, max_size=30).filter(str.isprintable), oid=st.sampled_from(["2.999.1", "1.2.250"]))
def test_identifiers_come_back_whatever_their_characters(value: str, oid: str) -> None:
    assert read_cx(cx(Identifiant(value, oid), "PI")) == Identifiant(value, oid)


@given(text=st.text(max_size=50))
def test_escaping_leaves_no_delimiter_and_is_undone(text: str) -> None:
    written = escaped(text)
    assert not set("^&~|") & set(written)
    if text.isprintable():
        assert unescaped(written) == text


@given(moment=st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.timezones()))  # noqa: DTZ001 - a bound of the strategy
def test_instants_come_back_in_utc_to_the_second(moment: datetime) -> None:
    assert read_dtm(dtm(moment)) == moment.astimezone(UTC).replace(microsecond=0)


@given(text=st.text(alphabet="0123456789+-.Z ", max_size=24))
def test_no_text_makes_the_reader_of_instants_fail(text: str) -> None:
    read = read_dtm(text)
    assert read is None or read.tzinfo is not None


def test_an_instant_with_a_zone_is_converted() -> None:
    assert read_dtm("20210104092200+0100") == datetime(2021, 1, 4, 8, 22, tzinfo=UTC)


def test_a_long_name_of_institution_is_cut_to_what_ebrim_holds() -> None:
    assert len(xon(Structure("10B0174462", "Éà&" * 200))) <= 256


def test_only_short_words_are_shown_as_codes() -> None:
    assert shown_codes(["XDSRepositoryError", "ins 279035121518989", "a" * 200, "XDS12345678", "XDSRepositoryError"]) == (
        "XDSRepositoryError",
    )
