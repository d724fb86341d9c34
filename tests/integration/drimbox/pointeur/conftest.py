# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""These tests import models: Django is set up before they are collected."""

from tests.drimbox_env import django_ready

django_ready()
