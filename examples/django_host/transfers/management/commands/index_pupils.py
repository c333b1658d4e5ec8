"""Write anew what finds the pupils.

Once, when the app is installed; after the platform has written pupils in bulk; and when
`student_transfer.matching.BLOCKING_VERSION` is another.
"""

from django.core.management.base import BaseCommand

from schools.models import Pupil
from transfers.following import follow


class Command(BaseCommand):
    """``manage.py index_pupils``."""

    help = "Write anew what finds the pupils."

    def handle(self, *_: object, **__: object) -> None:
        """Go through all pupils of all organisations."""
        pupils = Pupil.objects.select_related("organisation").order_by("pk")
        count = follow(pupils.iterator(chunk_size=500), "default")
        self.stdout.write(f"{count} pupils can be found.")
