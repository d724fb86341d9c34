# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of a DRIMbox. Descriptions are French: docs/reference is generated from them."""

from drimbox.config.application import DrimboxSettings, current
from drimbox.config.dmp import Dmp, Psc, SituationDmp, StructureSettings
from drimbox.config.files import Certificate, File
from drimbox.config.images import Conversion, Images, Ocsp
from drimbox.config.liste_blanche import ListeBlanche
from drimbox.config.networks import Networks
from drimbox.config.pacs import Pacs, PacsDicomweb, PacsMove, PacsNotes, PacsTls
from drimbox.config.pages import Conso, Console, Pages, Sante
from drimbox.config.reception import Conservation, ControleCda, EcouteMllp, EcouteTls, Iocm, Reception, RegleIdentite, Ris
from drimbox.config.socle import ROLES, Acheminement, Cles, Couple, Database, Tls
from drimbox.config.travaux import Delais, Ouvrier, Reprises

__all__ = [
    "ROLES",
    "Acheminement",
    "Certificate",
    "Cles",
    "Conservation",
    "Conso",
    "Console",
    "ControleCda",
    "Conversion",
    "Couple",
    "Database",
    "Delais",
    "Dmp",
    "DrimboxSettings",
    "EcouteMllp",
    "EcouteTls",
    "File",
    "Images",
    "Iocm",
    "ListeBlanche",
    "Networks",
    "Ocsp",
    "Ouvrier",
    "Pacs",
    "PacsDicomweb",
    "PacsMove",
    "PacsNotes",
    "PacsTls",
    "Pages",
    "Psc",
    "Reception",
    "RegleIdentite",
    "Reprises",
    "Ris",
    "Sante",
    "SituationDmp",
    "StructureSettings",
    "Tls",
    "current",
]
