"""The platform's settings; two of them come from the environment."""

import os
from pathlib import Path

from school_platform.databases import database

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ.get("SCHOOL_PLATFORM_SECRET_KEY", "only to try it out")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
DATABASES = {
    "default": database(
        os.environ.get("SCHOOL_PLATFORM_DATABASE", str(BASE_DIR / "platform.db"))
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "schools",
    "transfers",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]
        },
    }
]
ROOT_URLCONF = "school_platform.urls"
LOGIN_URL = "/login/"
USE_TZ = True
TIME_ZONE = "Europe/London"
