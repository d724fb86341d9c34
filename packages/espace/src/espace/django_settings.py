# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Django's settings, built from :class:`espace.config.EspaceSettings`. This file holds no secret."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from confiance.exploitation.settings import read_secret
from espace.config import current, process_name
from espace.roles import role_of
from espace.web.comptes.reglages import providers

ESPACE = current()
_public = urlsplit(ESPACE.pages.public_url)
_https = _public.scheme == "https"
_role = role_of(process_name(), ESPACE.database.role_prefix)

DEBUG = False
SECRET_KEY = read_secret(ESPACE.pages.secret_key).reveal()
ALLOWED_HOSTS = [str(_public.hostname), *ESPACE.pages.hosts]
CSRF_TRUSTED_ORIGINS = [ESPACE.pages.public_url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "espace.journal",
    "espace.alarmes",
    "espace.acteurs",
    "espace.registre",
    "espace.zone",
    "espace.conditions",
    "espace.courrier",
    "espace.liste_blanche",
    "espace.tete",
    "espace.attestation",
    "espace.coffre",
    "espace.guichet",
    "espace.instruction",
    "espace.meteo",
    "espace.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "espace.web.mouvement.Mouvement",
    "espace.web.comptes.duree.DureeDeSession",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "espace.web.comptes.facteur.SecondFacteur",
    "espace.web.comptes.acces.Acces",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "espace.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "espace.web.contexte.espace",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": ESPACE.database.host,
        "PORT": ESPACE.database.port,
        "NAME": ESPACE.database.name,
        "USER": _role,
        "PASSWORD": read_secret(ESPACE.database.passwords / _role).reveal(),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"application_name": f"espace {process_name()}", "connect_timeout": 5},
    }
}
CACHES = {
    # how often a code was tried, and which served: known to every process and after a restart, unlike the memory of one
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_memoire",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # beyond, Django forgets some: whoever tries codes must not get there
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français"))]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console:accueil"
LOGOUT_REDIRECT_URL = "public:accueil"

ACCOUNT_ADAPTER = "espace.web.comptes.adaptateurs.ComptesAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_CHANGE_EMAIL = False
MFA_ADAPTER = "espace.web.comptes.adaptateurs.FacteursAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10
SOCIALACCOUNT_ADAPTER = "espace.web.comptes.adaptateurs.IscAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
# the link carries a state that only this session knows; a form could not go there, for the policy refuses what leaves our pages
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = providers(ESPACE.isc)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "comptes/verrouille.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_DISABLE_ACCESS_LOG = True
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_NAME = "espace_session"
SESSION_COOKIE_AGE = ESPACE.pages.session_minutes * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "espace_csrf"
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _https else 0
X_FRAME_OPTIONS = "DENY"
_isc = [urlsplit(ESPACE.isc.server_url)._replace(path="").geturl()] if ESPACE.isc is not None else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "form-action": [SELF, *_isc],  # browsers apply it to what follows a form too, and that of an invitation leads to iSC
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "espace.web.erreurs.csrf_refused"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 4  # a form has one file, two at most; the body is bounded before Django reads it
LOGGING_CONFIG = None  # confiance.exploitation.logs owns the logs of the process
