"""What others do meanwhile: what of it passes, and how often it is tried again."""

from student_transfer.errors import ConcurrentChangeError, StorageBusyError

PASSING = (StorageBusyError, ConcurrentChangeError)
"""Errors that are no fault of an import: a later try may go well as it is."""

TRIES = 3
"""How often is tried what others have changed meanwhile, until the caller is told."""
