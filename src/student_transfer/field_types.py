"""What the fields of a value, and the arguments of a call, may be: as annotated.

Values are made by the ten thousand, so what was found once for the types of a value is
remembered, and no field is looked at again for the same ones.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, wraps
from inspect import Parameter, isfunction, signature
from itertools import chain
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs

from student_transfer.errors import wrong_type

_C = TypeVar("_C")
_R = TypeVar("_R")

_NOT_ALSO = {date: datetime, int: bool, Collection: str}  # what means something else


def check_fields(value: attrs.AttrsInstance, what: str) -> None:
    """Refuse a value of which a field is of another type than it is annotated with.

    So is a number that is not finite: NaN is not even the same as itself, so what was
    read back would count as edited.

    Args:
        value: The value, of a class of attrs with two fields or more.
        what: What it is, for the error.

    Raises:
        TypeError: A field is of another type, or a number that is NaN or infinite; it
            is named, and its value is not.
    """
    kind = type(value)
    found = _values(kind)(value)
    wrong = _first_wrong(kind, tuple(map(type, found)))
    if wrong is not None:
        number, told = wrong
        name = attrs.fields(kind)[number].name
        raise wrong_type(f"{name} of {what} has to be {told}", found[number])
    for name in _decimals(kind):
        one: Decimal | None = getattr(value, name)
        if one is not None and not one.is_finite():
            raise TypeError(f"{name} of {what} has to be a finite number")


def check_keys(value: object, what: str, *names: str) -> None:
    """Refuse a value that is named by a blank text: whoever asks for it means nobody.

    Args:
        value: The value; these fields are texts.
        what: What it is, for the error.
        names: The fields by which it is named.

    Raises:
        TypeError: One of them is blank, or has nothing but blanks; it is named.
    """
    for name in names:
        key: str = getattr(value, name)
        if not key or key.isspace():
            raise TypeError(f"{name} of {what} has to be a text that is not blank")


def check_argument(name: str, value: object, kind: type) -> None:
    """Refuse an argument of a function that is of another type.

    >>> check_argument("incoming", "Maya", date)
    Traceback (most recent call last):
    TypeError: incoming has to be of type date, and is of type str

    Raises:
        TypeError: It is; it is named, and not quoted.
    """
    if not _is_one(type(value), kind):
        raise wrong_type(f"{name} has to be {_named(kind)}", value)


def checks_arguments(kind: type[_C]) -> type[_C]:
    """Let the public methods of a class refuse arguments of types not annotated.

    A student in place of a key would else be one whom nobody knows, or an error of the
    database; and a text such as ``"false"`` would count as yes.

    >>> @checks_arguments
    ... class Office:
    ...     def call(self, key: str) -> str:
    ...         return key
    >>> Office().call(7)
    Traceback (most recent call last):
    TypeError: key has to be a text, and is of type int
    """
    for name, method in list(vars(kind).items()):
        if isfunction(method) and not name.startswith("_"):
            setattr(kind, name, _checking(method))
    return kind


def _checking(method: Callable[..., _R]) -> Callable[..., _R]:
    """Let a method look at its arguments first."""
    _, *parameters = signature(method).parameters.values()
    by_place = [
        one.name for one in parameters if one.kind is not Parameter.KEYWORD_ONLY
    ]
    allowed = {one.name: _allowed(one.annotation) for one in parameters}

    @wraps(method)
    def checking(self: object, *args: object, **kwargs: object) -> _R:
        # Too many arguments, and those of another name, are the method's to refuse.
        for name, value in chain(zip(by_place, args, strict=False), kwargs.items()):
            kinds = allowed.get(name)
            if kinds and not any(_is_one(type(value), each) for each in kinds):
                told = " or ".join(map(_named, kinds))
                raise wrong_type(f"{name} has to be {told}", value)
        return method(self, *args, **kwargs)

    return checking


@cache
def _values(kind: type[attrs.AttrsInstance]) -> Callable[[object], tuple[object, ...]]:
    """Make what gives the fields of a value of a class."""
    return attrgetter(*(field.name for field in attrs.fields(kind)))


@cache
def _decimals(kind: type[attrs.AttrsInstance]) -> tuple[str, ...]:
    """Name the fields of a class that may be a `Decimal`."""
    fields = attrs.fields(kind)
    return tuple(one.name for one in fields if Decimal in _allowed(one.type))


@lru_cache(maxsize=4096)
def _first_wrong(
    kind: type[attrs.AttrsInstance], types: tuple[type, ...]
) -> tuple[int, str] | None:
    """Return the number of the first field of a wrong type, and what it has to be."""
    for number, (field, found) in enumerate(
        zip(attrs.fields(kind), types, strict=True)
    ):
        allowed = _allowed(field.type)
        if not any(_is_one(found, each) for each in allowed):
            return number, " or ".join(map(_named, allowed))
    return None


def _allowed(annotation: Any) -> tuple[type, ...]:  # noqa: ANN401 - whatever is written
    """Return the types that an annotation names; of a tuple not what is in it.

    >>> _allowed(date | None)
    (<class 'datetime.date'>, <class 'NoneType'>)
    """
    if get_origin(annotation) in {UnionType, Union}:  # the latter of a NewType
        return tuple(kind for one in get_args(annotation) for kind in _allowed(one))
    of_new_type = getattr(annotation, "__supertype__", annotation)
    return (get_origin(of_new_type) or of_new_type,)


def _is_one(found: type, allowed: type) -> bool:
    """Return whether a value of a type is one of what is allowed.

    >>> _is_one(datetime, date), _is_one(bool, int), _is_one(bool, bool)
    (False, False, True)
    """
    other = _NOT_ALSO.get(allowed)
    if other is not None and issubclass(found, other):
        return False
    return issubclass(found, allowed)


def _named(kind: type) -> str:
    """Name a type for a person who programs."""
    return {str: "a text", NoneType: "None"}.get(kind, f"of type {kind.__name__}")
