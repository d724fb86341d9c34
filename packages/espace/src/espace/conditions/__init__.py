# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an Operateur must have brought before it declares a Drimbox: prerequisites, ZED container, administrateurs techniques."""
