"""What is wrong with a command line, said without what may be of a transfer code."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer
from typer.core import TyperGroup

_UsageError: type[Exception] = typer.BadParameter.__bases__[0]  # it moves in Typer

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_GROUP = 5  # symbols of a code that stand together
_WORDS = f"{__name__}.words"
_LEAKED = "Value error, "  # before the words of Typer, by what it reads values with
_EXTRA = re.compile(r"(.*unexpected extra argument.*) \(.*\)", re.DOTALL)


def unquoted(message: str, words: Iterable[str]) -> str:
    """Return a message without those of the given words that may be a code (CODE-10).

    A command or an option that is mistyped is quoted still, nearly always.

    >>> unquoted("No such command 'strt'.", ["strt"])
    "No such command 'strt'."
    >>> unquoted("No such option: --7Q72S-23457", ["--7Q72S-23457"])
    'No such option: --…-…'
    """
    if extra := _EXTRA.fullmatch(message):
        return f"{extra[1]}; quotation marks keep words together."
    given = {word for text in words for word in _WORD.findall(text)}
    hidden = sorted(filter(_may_be_of_a_code, given))
    if not hidden:
        return message
    return re.sub(rf"\b({'|'.join(map(re.escape, hidden))})\b", "…", message)


def _may_be_of_a_code(word: str) -> bool:
    """Return whether a word could be groups of a code, or a part of one."""
    if len(word) % _GROUP == 0:
        return True
    if len(word) < _GROUP - 1 or _NUMBER.fullmatch(word):
        return False
    return not (word.isalpha() and word.islower())


@contextmanager
def _unquoting(words: Iterable[str]) -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        message = error.message.removeprefix(_LEAKED)  # type: ignore[attr-defined] # it has one
        error.message = unquoted(message, words)  # type: ignore[attr-defined] # likewise
        raise


class Program(TyperGroup):
    """All commands; none of their usage errors quotes what may be of a code."""

    def make_context(  # type: ignore[override] # its own name for Context moves
        self, info_name: str | None, args: list[str], **options: object
    ) -> typer.Context:
        """Read the words before the command."""
        words = list(args)  # which is read until it is empty
        with _unquoting(words):
            context = super().make_context(info_name, args, **options)  # type: ignore[arg-type] # as given
        context.meta[_WORDS] = words
        return context  # type: ignore[return-value] # it is Typer's

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override] # likewise
        """Read the other words, and run the command."""
        with _unquoting(ctx.meta[_WORDS]):
            return super().invoke(ctx)
