"""Where the platform's data lies, as Django asks for it."""

from typing import Any

_KEPT_OPEN = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def database(location: str) -> dict[str, Any]:
    """Return the settings of a database.

    Args:
        location: The path of an SQLite file, or the URL of a PostgreSQL database.
    """
    if location.startswith("postgresql:"):
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - only there

        parts = conninfo_to_dict(location)
        names = ("dbname", "user", "password", "host", "port")
        name, user, password, host, port = (parts.get(one) or "" for one in names)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": user,
            "PASSWORD": password,
            "HOST": host,
            "PORT": str(port),
            **_KEPT_OPEN,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": location,
        **_KEPT_OPEN,
        # Readers go on while one writes, who is waited for.
        "OPTIONS": {"init_command": "PRAGMA journal_mode = WAL", "timeout": 5},
    }
