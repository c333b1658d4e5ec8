"""The app that moves pupils."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    """Keeps what finds a pupil up to date when the platform changes the pupil."""

    name = "transfers"

    def ready(self) -> None:
        """Listen to the platform."""
        from transfers import following  # noqa: PLC0415 - when the models are there

        following.listen()
