"""What others do meanwhile: which errors a retry may pass, and how many tries."""

from student_transfer.errors import ConcurrentChangeError, StorageBusyError

RETRYABLE = (StorageBusyError, ConcurrentChangeError)
"""Errors that are no fault of an import: a later try may go well as it is."""

MAX_TRIES = 3
"""How often is tried what others have changed meanwhile, until the caller is told."""
