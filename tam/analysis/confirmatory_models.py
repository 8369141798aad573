"""Factor models of a study's constructs under names of our own, fitted on the same answers.

Constructs and items go into a model as ``construct_1`` and ``item_1``, so that a column may be called
anything; problems that come back are told with the given names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tam.errors import Problem, TamError, Unavailable

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit

Value = float | Unavailable

NOT_CONVERGED = "the confirmatory factor analysis did not converge"


def construct_key(construct: str) -> str:
    """Constructs and items may share names: a construct's key starts with a null character."""
    return f"\0{construct}"


def model_names(constructs: Mapping[str, Sequence[str]], wholes: Iterable[str] = ()) -> dict[str, str]:
    """The name in the model of every item, of every construct and of every second-order construct."""
    items = [item for block in constructs.values() for item in block]
    names = {item: f"item_{i}" for i, item in enumerate(items, 1)}
    names |= {construct_key(name): f"construct_{i}" for i, name in enumerate(constructs, 1)}
    return names | {construct_key(name): f"whole_{i}" for i, name in enumerate(wholes, 1)}


def cfa_lines(
    constructs: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    starts: Mapping[tuple[str, str, str], float] | None = None,
) -> list[str]:
    """The model in lavaan syntax, a statement each; a construct of one item is that item, without error.

    starts: values to begin with, by (lhs, op, rhs) under the names of the model.
    """
    given = starts or {}

    def term(key: tuple[str, str, str]) -> str:
        return f"start({given[key]!r})*{key[2]}" if key in given else key[2]

    lines = []
    for construct, items in constructs.items():
        factor = names[construct_key(construct)]
        right = " + ".join(term((factor, "=~", names[item])) for item in items)
        lines.append(f"{factor} =~ {right}")
        if len(items) == 1:
            lines.append(f"{names[items[0]]} ~~ 0*{names[items[0]]}")
    return lines + [f"{key[0]} ~~ {term(key)}" for key in given if key[1] == "~~"]


def why_not_identified(constructs: Mapping[str, Sequence[str]]) -> str | None:
    """Counting rule: no more free parameters than variances and covariances of the items."""
    sizes = [len(items) for items in constructs.values()]
    moments = sum(sizes) * (sum(sizes) + 1) // 2
    free = sum(2 * k if k > 1 else 1 for k in sizes) + len(sizes) * (len(sizes) - 1) // 2
    if sum(sizes) < 2:
        return "a confirmatory factor analysis needs more than one item"
    if free > moments:
        return f"the factor model is not identified: {free} parameters, {moments} variances and covariances"
    return None


def given_names(found: Problem, names: Mapping[str, str]) -> Problem:
    """A problem of the model told with the given names of constructs and items."""
    given = {alias: key.lstrip("\0") for key, alias in names.items()}

    def back(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(back(part) for part in value)
        return given.get(value, value) if isinstance(value, str) else value

    where = replace(found.where, item=back(found.where.item), column=back(found.where.column))
    return replace(found, where=where, values={key: back(value) for key, value in found.values.items()})


@dataclass(frozen=True)
class FactorModels:
    """Complete answers under the names of the models; factors have a variance of one."""

    data: pd.DataFrame
    names: Mapping[str, str]
    ci: float

    def name(self, construct: str) -> str:
        return self.names[construct_key(construct)]

    def fit(
        self,
        blocks: Mapping[str, Sequence[str]],
        estimator: str,
        more: Sequence[str] = (),
        starts: Mapping[tuple[str, str, str], float] | None = None,
    ) -> Fit | Unavailable:
        """The blocks as correlated factors with the statements ``more``; why not, where it cannot be had.

        starts: values for the search to begin with, by (lhs, op, rhs) under the names of the model.
        """
        from tam.engine import fit_model

        used = [self.names[item] for items in blocks.values() for item in items]
        model = "\n".join([*cfa_lines(blocks, self.names, starts), *more])
        try:
            fit = fit_model(model, self.data[used], estimator=estimator, std_lv=True, ci=self.ci)
        except TamError as error:
            return Unavailable(" ".join(given_names(one, self.names).what for one in error.problems))
        return fit if fit.converged else Unavailable(NOT_CONVERGED)


def factor_models(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    wholes: Iterable[str] = (),
    ci: float = 0.95,
) -> FactorModels:
    """Models of these constructs on complete answers, one column per item; ``wholes``: second-order names."""
    names = model_names(constructs, wholes)
    items = [item for block in constructs.values() for item in block]
    return FactorModels(values[items].rename(columns=names), names, ci)


def finite(value: object, reason: str) -> Value:
    """A finite number, or the reason why there is none."""
    from math import isfinite

    if isinstance(value, Unavailable):
        return value
    return float(value) if isinstance(value, (int, float)) and isfinite(value) else Unavailable(reason)
