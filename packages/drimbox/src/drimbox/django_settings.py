# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of Django, all drawn from those of the DRIMbox; the role in the database is that of the current process."""

from __future__ import annotations

import os
from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from confiance.exploitation.settings import SettingsError, read_secret
from drimbox.config import ROLES, current
from drimbox.roles import role_name

DRIMBOX = current()
DRIMM_PROCESS = os.environ.get("DRIMM_PROCESS", "")
if DRIMM_PROCESS not in ROLES:
    raise SettingsError(f"DRIMM_PROCESS vaut « {DRIMM_PROCESS} » ; attendu : {', '.join(ROLES)}.")

_role = role_name(DRIMBOX.database, DRIMM_PROCESS)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": DRIMBOX.database.host,
        "PORT": DRIMBOX.database.port,
        "NAME": DRIMBOX.database.name,
        "USER": _role,
        "PASSWORD": read_secret(DRIMBOX.database.passwords / _role).reveal(),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        # what is committed survives a power cut, whatever the server was told for others
        "OPTIONS": {"application_name": f"drimbox-{DRIMM_PROCESS}", "connect_timeout": 10, "options": "-c synchronous_commit=on"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "drimbox.socle.grants",
    "drimbox.socle.journal",
    "drimbox.socle.coffre",
    "drimbox.socle.jobs",
    "drimbox.socle.sante",
    "drimbox.socle.annuaire",
    "drimbox.source.reception",
    "drimbox.source.pointeur",
    "drimbox.source.depot_dmp",
    "drimbox.conso.appel",
    "drimbox.conso.recherche_dmp",
    "drimbox.conso.rapatriement",
    "drimbox.web",
    "drimbox.web.console",
    "drimbox.web.conso",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "drimbox.web.networks.AllowedNetworksMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "drimbox.web.alerte_liste.alerte_liste",
            ],
        },
    }
]

ROOT_URLCONF = "drimbox.web.urls"
ASGI_APPLICATION = "drimbox.web.asgi.application"

_public = urlsplit(DRIMBOX.pages.public_url)
ALLOWED_HOSTS = sorted({_public.hostname or "", *(couple.vi for couple in DRIMBOX.couples)})
SECRET_KEY = read_secret(DRIMBOX.pages.secret_key).reveal()

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = DRIMBOX.couples[0].timezone

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# served from the packages themselves: no collectstatic step, no folder to keep in step with the code
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-drimbox"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = DRIMBOX.console.session_minutes * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "drimbox.web.erreurs.csrf_refused"
CSRF_COOKIE_NAME = "__Host-drimbox-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "console:connexion"
LOGIN_REDIRECT_URL = "console:tableau_de_bord"
LOGOUT_REDIRECT_URL = "console:connexion"
AXES_FAILURE_LIMIT = DRIMBOX.console.failures_before_lock
AXES_COOLOFF_TIME = timedelta(minutes=DRIMBOX.console.lock_minutes)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "console/bloque.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# bodies posted to the pages are forms of a few fields
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# the other processes ask for work by its name; only the worker loads what does it
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs" if DRIMM_PROCESS == "ouvrier" else ""

# confiance.exploitation.logs has already set up the logs of this process
LOGGING_CONFIG = None
