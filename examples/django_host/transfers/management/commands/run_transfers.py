"""Run the background steps that are due; a timer calls this every few minutes."""

from django.core.management.base import BaseCommand, CommandError

from transfers.service import service


class Command(BaseCommand):
    """``manage.py run_transfers``."""

    help = "Analyse and import what is due, on all organisations."

    def handle(self, *_: object, **__: object) -> None:
        """Say what became of each step; end with an error if any failed."""
        ran = service().run_due()
        for one in ran:
            state = one.state.value if one.state else "unknown"
            told = state if one.error is None else f"{state}: {one.error}"
            self.stdout.write(f"{one.import_id}: {told}")
        failed = sum(one.error is not None for one in ran)
        if failed:
            raise CommandError(f"{failed} of {len(ran)} steps failed.")
