"""Groups of options as dataclasses: one parameter in the function, one option a field on the command line."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_type_hints


def flatten(function: Callable[..., None]) -> Callable[..., None]:
    """Let typer see the fields of each parameter that is a dataclass as options of their own.

    Field types carry typer's `Annotated[…, typer.Option(…)]`. Two groups must not share a field's name.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in groups:
            parameters.extend(_options(groups[name]))
        else:
            parameters.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(function)
    def flat(**values: Any) -> None:  # noqa: ANN401 - whatever the options are
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        function(**values)

    flat.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    flat.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return flat


def _options(group: Any) -> list[inspect.Parameter]:  # noqa: ANN401 - a dataclass of any kind
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, annotation=hints[field.name], default=_default(field)
        )
        for field in fields(group)
    ]


def _default(field: "Field[Any]") -> Any:  # noqa: ANN401 - of any type
    return inspect.Parameter.empty if field.default is MISSING else field.default
