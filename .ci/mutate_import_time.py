"""Mutate what mutmut does not reach: tables, defaults, properties, import-time code.

mutmut changes the bodies of plain functions, in a process that has imported the module
already. So it sees no constant, no table, no default of a field, no property, and no
function that only the import calls. This does, one change at a time and only in
memory: each mutant is a child process that imports the changed module and runs the
module's tests until the first one fails.

    .ci/mutation MODULE ...      runs it after mutmut
"""

import ast
import copy
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

SOURCE = Path("src/student_transfer")
AT_IMPORT = {"_powers"}
"""Functions that are called while a module is imported, and never again."""

LIMIT = 120  # seconds; a mutant that takes longer is taken to run for ever
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMING = {"NewType", "TypeVar"}
"""Calls that name a type: what they are given is for the type checker."""


def reached(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the expressions that mutmut leaves alone."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                yield from _in_class(inner)
        elif isinstance(statement, ast.FunctionDef):
            if statement.name in AT_IMPORT:
                yield from statement.body
        elif isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            yield from [statement.value] if statement.value else []


def _in_class(inner: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(inner, ast.AnnAssign) and inner.value:
        yield inner.value
    elif isinstance(inner, ast.FunctionDef) and inner.decorator_list:
        names = {ast.unparse(one) for one in inner.decorator_list}
        if names & {"property", "cached_property"}:
            yield from inner.body
    elif isinstance(inner, ast.Assign):
        names = {ast.unparse(one) for one in inner.targets}
        if not names & {"__slots__", "__str__"}:
            yield inner.value


def changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield what can be changed about one node: an attribute and its new value."""
    match node:
        case ast.Constant():
            yield from _constants(node.value)
        case ast.Compare(ops=[operation]) if type(operation) in SWAPS:
            yield "ops", [SWAPS[type(operation)]()]
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign() if type(node.op) in SWAPS:
            yield "op", SWAPS[type(node.op)]()
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.UnaryOp(op=ast.Not()):
            yield "operand", ast.UnaryOp(ast.Not(), node.operand)
        case ast.Tuple(elts=all_) | ast.Set(elts=all_) | ast.List(elts=all_):
            for place in range(len(all_) if len(all_) > 1 else 0):
                yield "elts", all_[:place] + all_[place + 1 :]
        case ast.Return(value=ast.AST()):
            yield "value", ast.Constant(None)
        case ast.IfExp() | ast.If():
            yield "test", ast.UnaryOp(ast.Not(), node.test)


def _constants(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield "value", not value
    elif isinstance(value, int | float):
        yield "value", value + 1
    elif isinstance(value, str) and " " not in value:  # sentences are left as they are
        yield "value", f"XX{value}XX"
    elif value is None:
        yield "value", "XX"


def mutants(source: str) -> Iterator[tuple[int, str, str, ast.Module]]:
    """Yield each mutant: its line, what stood there, what stands there, the module."""
    tree = ast.parse(source)
    wanted = {id(inner) for outer in reached(tree) for inner in _walk(outer)}
    for place, node in enumerate(ast.walk(tree)):
        if id(node) not in wanted:
            continue
        for number, _ in enumerate(changes(node)):
            changed = copy.deepcopy(tree)
            target: Any = list(ast.walk(changed))[place]
            line, before = target.lineno, ast.unparse(target)
            attribute, value = list(changes(target))[number]
            setattr(target, attribute, value)
            ast.fix_missing_locations(changed)
            yield line, before, ast.unparse(target), changed
        if isinstance(node, ast.Dict) and len(node.keys) > 1:
            for number, key in enumerate(node.keys):
                if key is None:
                    continue
                changed = copy.deepcopy(tree)
                target = list(ast.walk(changed))[place]
                del target.keys[number], target.values[number]
                yield key.lineno, f"the entry of {ast.unparse(key)}", "none", changed


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Walk without annotations, docstrings and what only names a type."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Call) and ast.unparse(node.func) in NAMING:
        return
    if isinstance(node, ast.JoinedStr):  # an f-string's parts cannot be taken alone
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _walk(part.value)
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "format_spec"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def killed_by(module: Path, changed: ast.Module, tests: list[str]) -> str:
    """Run the tests on the changed module, in a child of their own."""
    child = os.fork()
    if child == 0:
        os._exit(_try(module, changed, tests))
    ends = time.monotonic() + LIMIT
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _try(module: Path, changed: ast.Module, tests: list[str]) -> int:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    sys.dont_write_bytecode = True
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        if Path(self.path).resolve() == module.resolve():
            code: CodeType = compile(changed, self.path, "exec")
            return code
        return original(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]
    try:
        options = ["-o", "addopts=", "-p", "no:xdist", "-p", "no:cacheprovider", "-xq"]
        options += ["-W", "ignore:Module already imported"]  # hypothesis, below
        return int(pytest.main([*options, *tests]))
    except BaseException:  # noqa: BLE001 - whatever it is, the tests have noticed
        return 1


def tests_of(module: str) -> list[str]:
    """Return the tests of a module: its own, then the properties of the same name."""
    folder, _, name = module.rpartition("/")
    own = [Path("tests/unit", folder, f"test_{name}.py")]
    own.append(Path("tests/property", f"test_{name}.py"))
    own += [Path("tests/unit/test_matching.py")] if folder else []
    own += MORE.get(module, [])
    return [str(path) for path in own if path.exists()]


MORE = {
    "students": [
        Path("tests/unit/test_merging.py"),
        Path("tests/unit/test_merges.py"),
        Path("tests/unit/test_imports.py"),
    ],
    "records": [Path("tests/unit/test_merging.py"), Path("tests/unit/test_merges.py")],
    "permissions": [Path("tests/services/test_tenancy.py")],
}


def main(modules: list[str]) -> None:
    """Mutate the modules and print what survived."""
    for name in modules:
        module, tests = SOURCE / f"{name}.py", tests_of(name)
        if _try_in_child(module, tests) != "survived":
            sys.exit(f"the tests of {name} fail without any mutant")
        counts: Counter[str] = Counter()
        for line, before, after, changed in mutants(module.read_text("utf-8")):
            fate = killed_by(module, changed, tests)
            counts[fate] += 1
            if fate == "survived":
                print(f"{module}:{line}: {before}  ->  {after}", flush=True)
        print(f"{name}: {counts.total()} mutants, {dict(counts)}", flush=True)


def _try_in_child(module: Path, tests: list[str]) -> str:
    return killed_by(module, ast.parse(module.read_text("utf-8")), tests)


if __name__ == "__main__":
    os.environ.setdefault("HYPOTHESIS_PROFILE", "mutation")
    # What is imported here is not imported anew by each child.
    import hypothesis  # noqa: F401 - see above
    import pytest

    main(sys.argv[1:])
