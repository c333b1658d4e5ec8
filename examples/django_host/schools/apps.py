"""The platform's own app."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    """Schools, staff, pupils and results."""

    name = "schools"
