"""Expressions of a text: a value in its format, or content of the chapter, between double braces.

    The loss is {{ performance.loss | nats }}.

An expression contains no logic: it names a value, takes its attributes and items and applies formats, or it calls
a function that shows content of the chapter, with one name in quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, nodes
from markupsafe import Markup, escape

from report.content.formats import FORMATS
from report.errors import TextError

Values = Mapping[str, Any]
Functions = Mapping[str, Callable[[str], Markup]]


ALLOWED = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Const, nodes.Neg, nodes.Call)
"""The node types that an expression may contain; none of them branches or computes."""


@dataclass(frozen=True)
class Call:
    """A call in a text, such as `figure("gram")`, with its place."""

    function: str
    name: str
    place: str


@dataclass(frozen=True)
class Expression:
    """An expression, without its braces, and the place at which error messages begin."""

    content: str
    place: str

    def __str__(self) -> str:
        return f"{{{{{self.content}}}}}"

    def calls(self) -> Iterator[Call]:
        """Iterate over the calls in the expression; a `TextError` if one has other arguments than a name."""
        for call in _parse(self).find_all(nodes.Call):
            match call:
                case nodes.Call(node=nodes.Name(name=function), args=[nodes.Const(value=str(name))], kwargs=[]):
                    yield Call(function, name, self.place)
                case _:
                    raise TextError(f"{self.place}: {self}: a call needs one argument, a name in quotes")

    def html(self, values: Values, functions: Functions) -> Markup:
        """The value as escaped HTML; a `TextError` if the expression contains logic or a name does not exist."""
        self._check(functions)
        try:
            return escape(_value(next(_parse(self).find_all(nodes.Expr)), {**values, **functions}))
        except (TemplateError, TypeError, ValueError) as error:
            raise TextError(f"{self.place}: {self}: {error}") from None

    def _check(self, functions: Functions) -> None:
        for node in _parse(self).find_all(nodes.Expr):
            if not isinstance(node, ALLOWED):
                kind = type(node).__name__
                raise TextError(f"{self.place}: {self} contains logic ({kind}); compute the value in the chapter")
        for call in self.calls():
            if call.function not in functions:
                known = ", ".join(sorted(functions))
                raise TextError(f"{self.place}: expected a call of {known}, found {call.function}")


def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    environment.filters = dict(FORMATS)
    return environment


ENVIRONMENT = _environment()


def add_format(name: str, function: Callable[[Any], Markup]) -> None:
    """Add a format that texts can apply to a value, and that returns HTML."""
    ENVIRONMENT.filters[name] = function


@lru_cache(maxsize=1024)
def _parse(expression: Expression) -> nodes.Template:
    try:
        return ENVIRONMENT.parse(f"{expression}")
    except TemplateError as error:
        raise TextError(f"{expression.place}: {expression}: {error}") from None


def _value(node: nodes.Node, values: Mapping[str, Any]) -> Any:
    """The value of an expression, which has only nodes that are `ALLOWED`."""
    match node:
        case nodes.Const():
            return node.value
        case nodes.Name():
            return values[node.name] if node.name in values else StrictUndefined(name=node.name)
        case nodes.Getattr():
            return ENVIRONMENT.getattr(_value(node.node, values), node.attr)
        case nodes.Getitem():
            return ENVIRONMENT.getitem(_value(node.node, values), _value(node.arg, values))
        case nodes.Neg():
            return -_value(node.node, values)
        case nodes.Filter(node=nodes.Expr() as filtered):
            arguments = [_value(one, values) for one in node.args]
            named: dict[Any, Any] = {one.key: _value(one.value, values) for one in node.kwargs}
            return ENVIRONMENT.call_filter(node.name, _value(filtered, values), arguments, named)
        case nodes.Call():
            return _value(node.node, values)(*(_value(one, values) for one in node.args))
    raise AssertionError(f"{type(node).__name__} is not allowed")
