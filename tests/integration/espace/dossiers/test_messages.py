# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Messages of a dossier: the other side is told by mail, once for those of a moment, and none can silence the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from espace.courrier.models import Courrier
from espace.guichet import actions as guichet
from espace.guichet.errors import TropDeMessages
from espace.guichet.models import Message
from espace.guichet.natures import Nature
from espace.instruction import actions
from espace.instruction.echeances import relancer
from tests.espace_dossiers import NOW, ZED, agent, declaration, deposer_declaration, operateur, personne

TEXT = "Le Site de MIREILLE-CANARI est-il le bon ?"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def dossier(espace: Any) -> Any:
    return deposer_declaration(operateur())


def write(dossier: Any, who: Any, at: datetime, text: str = TEXT) -> None:
    guichet.ecrire(dossier, text, who, at=at)


def told(espace: Any, at: datetime) -> list[str]:
    """Return the mails about messages after the clock struck at this instant."""
    with espace.role("ouvrier"):
        relancer(at)
    return list(Courrier.objects.filter(evenement__startswith="message:").order_by("id").values_list("evenement", flat=True))


def test_the_operateur_is_told_once_of_the_messages_of_a_moment_without_their_text(espace: Any, dossier: Any) -> None:
    for minute in range(3):
        write(dossier, agent(), NOW + minute * MINUTE)
    assert told(espace, NOW + 5 * MINUTE) == []
    assert told(espace, NOW + 10 * MINUTE) == ["message:to_operateur"]
    assert told(espace, NOW + 60 * MINUTE) == ["message:to_operateur"]
    mail = Courrier.objects.get(evenement="message:to_operateur")
    assert f"/portail/demandes/{dossier.numero}/" in mail.texte
    assert mail.objet == dossier.numero
    assert "MIREILLE" not in mail.texte + mail.html + mail.sujet


def test_what_is_written_after_a_mail_is_told_by_another_one(espace: Any, dossier: Any) -> None:
    write(dossier, agent(), NOW)
    assert len(told(espace, NOW + 10 * MINUTE)) == 1
    write(dossier, agent(), NOW + 11 * MINUTE)
    assert len(told(espace, NOW + 12 * MINUTE)) == 1
    assert len(told(espace, NOW + 21 * MINUTE)) == 2


def test_the_agents_are_told_at_their_shared_box(espace: Any, dossier: Any) -> None:
    write(dossier, personne(dossier.operateur), NOW)
    assert told(espace, NOW + 10 * MINUTE) == ["message:to_agents"]
    mail = Courrier.objects.get(evenement="message:to_agents")
    assert mail.destinataire == Courrier.objects.get(evenement="declaration:submit", sujet__contains="à instruire").destinataire
    assert f"/console/dossiers/{dossier.numero}/" in mail.texte


def test_who_answered_at_once_is_not_told_of_what_he_read(espace: Any, dossier: Any) -> None:
    write(dossier, agent(), NOW)
    write(dossier, personne(dossier.operateur), NOW + 2 * MINUTE)
    assert told(espace, NOW + 30 * MINUTE) == ["message:to_agents"]


def test_a_message_in_a_draft_is_told_to_the_agents_when_they_may_open_it(espace: Any) -> None:
    made = operateur()
    draft = actions.ouvrir("declaration", made, personne(made), at=NOW)
    write(draft, personne(made), NOW)
    assert told(espace, NOW + 30 * MINUTE) == []
    guichet.enregistrer(draft.pk, declaration(), personne(made), at=NOW)
    guichet.deposer_piece(draft.pk, Nature.CGI, "cgi.zed", ZED, personne(made), at=NOW)
    actions.avancer(draft.pk, "submit", personne(made), at=NOW + 40 * MINUTE)
    assert told(espace, NOW + 41 * MINUTE) == ["message:to_agents"]


def test_one_side_that_wrote_too_much_does_not_silence_the_other(espace: Any, dossier: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guichet, "MAX_MESSAGES", 3)
    for _ in range(3):
        write(dossier, personne(dossier.operateur), NOW)
    with pytest.raises(TropDeMessages):
        write(dossier, personne(dossier.operateur), NOW)
    write(dossier, agent(), NOW, "Nous vous lisons.")
    assert Message.objects.count() == 4
