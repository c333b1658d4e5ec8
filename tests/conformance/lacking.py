"""A module that needs another that is not there."""

import no_such_package  # type: ignore[import-not-found]  # noqa: F401 - that is the point
