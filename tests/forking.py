"""Processes that are forked from one that has imported what they need."""

from multiprocessing import get_context
from multiprocessing.context import ForkServerContext

_modules: list[str] = []


def forking(module: str) -> ForkServerContext:
    """Return what starts processes; the module is imported before, once for all.

    There is one server for all modules that ask, and it starts with the first process.
    """
    _modules.append(module)
    context = get_context("forkserver")
    context.set_forkserver_preload(_modules)
    return context
