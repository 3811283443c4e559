"""Which refusals can come out of a function? Read from the source: what it raises, and what the functions that it names raise.

A name that is no function of the module is taken for a method, of any class of ours that has one of that name: rather one
error too many than one too few.
"""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from service_kit.problems import DomainError

Function = Callable[..., Any]


def modules_of(package: str) -> Iterator[ModuleType]:
    """Yield every module of a package but its command line."""
    root = importlib.import_module(package)
    yield root
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def errors_of(package: str) -> set[type[DomainError]]:
    """Return the refusals that a package defines."""
    classes = {one for module in modules_of(package) for one in vars(module).values() if isinstance(one, type)}
    return {one for one in classes if issubclass(one, DomainError) and one.__module__.startswith(package)} - {
        DomainError
    }


class Reach:
    """Follows calls through some packages, but not into the modules named in `closed`."""

    def __init__(self, packages: Iterable[str], *, closed: Iterable[str] = ()) -> None:
        self._packages, self._closed = tuple(packages), frozenset(closed)
        self._methods: dict[str, list[Function]] = {}
        for package in self._packages:
            for module in modules_of(package):
                self._learn(module)

    def _learn(self, module: ModuleType) -> None:
        classes = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
        for name, member in (pair for one in classes for pair in vars(one).items()):
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if isinstance(function, FunctionType) and not name.startswith("__"):
                self._methods.setdefault(name, []).append(function)

    def errors(self, function: Function, seen: set[Function] | None = None) -> set[type[DomainError]]:
        """Return the refusals that a call of `function` may end with."""
        seen = set() if seen is None else seen
        if function in seen or not self._is_open(function):
            return set()
        seen.add(function)
        tree, names = ast.parse(textwrap.dedent(inspect.getsource(function))), inspect.unwrap(function).__globals__
        found = {error for node in ast.walk(tree) if isinstance(node, ast.Raise) for error in _raised(node, names)}
        for node in ast.walk(tree):
            for called in self._called(node, names):
                found |= self.errors(called, seen)
        return found

    def _is_open(self, function: Function) -> bool:
        ours = function.__module__.split(".")[0] in self._packages and function.__module__ not in self._closed
        return ours and not function.__code__.co_filename.startswith("<")  # what @dataclass makes has no source

    def _called(self, node: ast.AST, names: dict[str, Any]) -> list[Function]:
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return []
        target = inspect.unwrap(found) if callable(found := _resolve(node, names)) else found
        if isinstance(target, type):
            made_by = (vars(target).get(name) for name in ("__init__", "__post_init__"))
            return [one for one in made_by if isinstance(one, FunctionType)]
        if isinstance(target, FunctionType):
            return [target]
        return self._methods.get(node.attr, []) if target is None and isinstance(node, ast.Attribute) else []


def _raised(node: ast.Raise, names: dict[str, Any]) -> Iterator[type[DomainError]]:
    for part in ast.walk(node.exc) if node.exc is not None else ():
        error = _resolve(part, names)
        if isinstance(error, type) and issubclass(error, DomainError):
            yield error


def _resolve(node: ast.AST, names: dict[str, Any]) -> Any:
    """Return what a name, or an attribute of a module or class, stands for; None where only a run could tell."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _resolve(node.value, names)
        return getattr(owner, node.attr, None) if isinstance(owner, (ModuleType, type)) else None
    return None
