"""The pages, one module for each group of them."""

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
