# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every setting of a DRIMbox, and whether they agree with one another."""

from __future__ import annotations

import functools
from itertools import combinations
from typing import ClassVar, Self

from pydantic import Field, model_validator

from confiance.exploitation.settings import Settings, load
from drimbox.config.dmp import Dmp, Psc, StructureSettings
from drimbox.config.images import Images
from drimbox.config.liste_blanche import ListeBlanche
from drimbox.config.pacs import Pacs
from drimbox.config.pages import Conso, Console, Pages, Sante
from drimbox.config.reception import Conservation, ControleCda, Iocm, Reception
from drimbox.config.socle import Acheminement, Cles, Couple, Database, Tls
from drimbox.config.travaux import Ouvrier, Reprises


class DrimboxSettings(Settings):
    """Every setting of a DRIMbox."""

    program: ClassVar[str] = "drimbox"

    zone: str = Field("mesimagesmedicales.fr", description="Zone DNS de l'Espace de Confiance.")
    database: Database
    couples: tuple[Couple, ...] = Field(min_length=1)
    pacs: tuple[Pacs, ...] = Field(min_length=1)
    pacs_restitution: str = Field(description="Nom du PACS qui reçoit les images rapatriées.")
    tls: Tls
    reception: Reception
    images: Images
    pages: Pages
    liste_blanche: ListeBlanche
    psc: Psc
    dmp: Dmp
    structure: StructureSettings
    acheminement: Acheminement = Acheminement()
    cles: Cles
    console: Console = Console()
    conso: Conso = Conso()
    sante: Sante = Sante()
    reprises: Reprises = Reprises()
    iocm: Iocm = Iocm()
    conservation: Conservation = Conservation()
    controle_cda: ControleCda = ControleCda()
    ouvrier: Ouvrier = Ouvrier()

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        known = {pacs.name for pacs in self.pacs}
        for name in (*(couple.pacs for couple in self.couples), self.pacs_restitution):
            if name not in known:
                message = f"le PACS « {name} » n'est décrit par aucune table [[pacs]]"
                raise ValueError(message)
        served = {couple.db for couple in self.couples}
        for ris in self.reception.ris:
            unknown = sorted(set(ris.couples) - served)
            if unknown:
                message = f"le RIS « {ris.name} » nomme un couple qui n'est décrit par aucune table [[couples]] : {', '.join(unknown)}"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _each_pacs_sends_to_its_own_address(self) -> Self:
        listening = [(one.name, one.move) for one in self.pacs if one.recuperation == "c-move" and one.move is not None]
        for (name, move), (other, theirs) in combinations(listening, 2):
            if move.meets(theirs):
                message = f"les PACS « {name} » et « {other} » envoient à la même adresse : donner à chacun un port dans sa table move"
                raise ValueError(message)
        return self

    def pacs_named(self, name: str) -> Pacs:
        """Return the PACS of that name (it exists: the settings were checked)."""
        return next(pacs for pacs in self.pacs if pacs.name == name)

    def couples_of_ris(self, name: str) -> tuple[Couple, ...]:
        """Return the couples whose PACS may hold what a RIS reports; all of them for a RIS that the settings do not name."""
        ris = next((ris for ris in self.reception.ris if ris.name == name), None)
        return self.couples if ris is None or not ris.couples else tuple(couple for couple in self.couples if couple.db in ris.couples)

    def couple_of(self, db: str) -> Couple | None:
        """Return the couple of a db name, or None."""
        return next((couple for couple in self.couples if couple.db == db), None)


@functools.cache
def current() -> DrimboxSettings:
    """Return the settings of this process, read once from the file that ``DRIMM_CONFIG`` names."""
    return load(DrimboxSettings)
