"""The pages, one module for each group of them.

The tab of the source:

- `sending`: who would go, the code, and the site's codes.

The tab of the destination, in the order of an import:

- `importing`: the email that asks, and the lists of imports.
- `entering`: the entered code.
- `previewing`: the state, the counts, confirming and cancelling.
- `matching`: the review of the matches.
- `fields`: two records side by side.
- `logs`: the log, and undoing a match from it.

Besides:

- `merging`: duplicates are merged, and parted again.
- `route`: how a page says which address it answers.
"""

from student_transfer.web.pages import (
    entering,
    importing,
    logs,
    matching,
    merging,
    previewing,
    sending,
)
from student_transfer.web.pages.route import Answer, PageRoute

__all__ = ["PAGES", "Answer", "PageRoute"]

PAGES: tuple[PageRoute, ...] = (
    *importing.PAGES,
    *entering.PAGES,
    *previewing.PAGES,
    *matching.PAGES,
    *logs.PAGES,
    *sending.PAGES,
    *merging.PAGES,
)
