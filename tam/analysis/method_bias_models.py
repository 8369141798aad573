"""The models of common method variance in lavaan syntax, and how one of them is fitted.

A latent method factor or a marker stands beside the constructs, uncorrelated with every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tam.errors import TamError, Unavailable
from tam.stats.scaled_tests import DifferenceTest, plain_difference

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit

Value = float | Unavailable

PLAIN_MEASURES = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr")
ROBUST_MEASURES = ("chisq_scaled", "df_scaled", "pvalue_scaled", "cfi_robust", "tli_robust", "rmsea_robust")
NOT_CONVERGED = "the search did not converge"


@dataclass(frozen=True, slots=True)
class Setting:
    """How every model here is fitted: as the structural model of the study is."""

    estimator: str = "ML"
    missing: str = "listwise"
    ci: float = 0.95
    ordered: tuple[str, ...] = ()

    @property
    def robust(self) -> bool:
        return self.estimator in ("MLM", "MLR", "WLSMV")


@dataclass(frozen=True, slots=True)
class MethodFit:
    """One fitted model: its lavaan syntax, its fit; every number of it can be had again from the syntax."""

    lavaan: str
    n: int
    admissible: bool
    measures: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Difference:
    """Chi-square difference of two nested models: plain, and scaled as the estimator asks."""

    plain: DifferenceTest | Unavailable
    scaled: DifferenceTest | Unavailable

    @property
    def deciding(self) -> DifferenceTest | Unavailable:
        """The one to judge by: scaled where there is one."""
        return self.plain if isinstance(self.scaled, Unavailable) else self.scaled


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """The name, with underscores behind it until nothing else has it."""
    names = set(taken)
    while wanted in names:
        wanted += "_"
    return wanted


def measurement_syntax(constructs: Mapping[str, Sequence[str]]) -> str:
    """Each item on its own construct; a construct of one item is that item, without error."""
    lines = [f"{name} =~ {' + '.join(items)}\n" for name, items in constructs.items()]
    return "".join(lines) + without_error(constructs)


def without_error(constructs: Mapping[str, Sequence[str]]) -> str:
    """Single items have no error; lavaan frees it where such an item loads on a second factor."""
    return "".join(f"{items[0]} ~~ 0*{items[0]}\n" for items in constructs.values() if len(items) == 1)


def single_factor_syntax(items: Sequence[str], name: str) -> str:
    """Every item on one and the same factor."""
    return f"{name} =~ {' + '.join(items)}\n"


def uncorrelated(name: str, constructs: Iterable[str]) -> str:
    """The factor shares nothing with the constructs (with the residuals of those that are explained)."""
    return "".join(f"{name} ~~ 0*{construct}\n" for construct in constructs)


def equal_method_factor(items: Sequence[str], name: str) -> str:
    """A factor that moves every item by the same amount; its variance is free, the loadings are 1.

    The same model as equal free loadings on a factor of variance 1, but with a negative estimate where the
    items share nothing more, instead of a search that ends at a loading of 0, where its slope vanishes.
    """
    return f"{name} =~ {' + '.join(f'1*{item}' for item in items)}\n{name} ~~ {name}\n"


def free_method_factor(items: Sequence[str], name: str) -> str:
    """A factor of variance 1 that moves every item by its own amount."""
    return f"{name} =~ NA*{' + '.join(items)}\n{name} ~~ 1*{name}\n"


def attempt(syntax: str, rows: pd.DataFrame, setting: Setting, *, std_lv: bool = False) -> Fit | Unavailable:
    """The fit, or why there is none: nothing could be computed, or the search did not converge."""
    from tam.engine import fit_model

    try:
        fit = fit_model(
            syntax,
            rows,
            estimator=setting.estimator,
            missing=setting.missing,
            ordered=setting.ordered,
            std_lv=std_lv,
            ci=setting.ci,
        )
    except TamError as error:
        return Unavailable("; ".join(one.what for one in error.problems))
    return fit if fit.converged else Unavailable(NOT_CONVERGED)


def trusted(fit: Fit | Unavailable) -> Fit | Unavailable:
    """The fit if its estimates can be used: admissible, with standard errors."""
    if isinstance(fit, Unavailable):
        return fit
    if not fit.admissible:
        faults = [one.what for one in fit.problems if one.exit_code > 0]
        return Unavailable("; ".join(["the solution is inadmissible", *faults]))
    return fit if fit.vcov is not None else Unavailable("the information is singular")


def estimated(fit: Any, column: str = "est") -> dict[tuple[str, str, str], float]:
    """One column of the estimates by left side, operator and right side."""
    rows = fit.estimates
    return {
        (str(lhs), str(op), str(rhs)): float(value)
        for lhs, op, rhs, value in zip(rows.lhs, rows.op, rows.rhs, rows[column])
    }


def told(fit: Fit | Unavailable, setting: Setting) -> MethodFit | Unavailable:
    """What is recorded of a fit."""
    if isinstance(fit, Unavailable):
        return fit
    names = (*PLAIN_MEASURES, *ROBUST_MEASURES) if setting.robust else PLAIN_MEASURES
    return MethodFit(fit.model, fit.n, fit.admissible, {name: fit.measures[name] for name in names})


def difference(less: Fit | Unavailable, larger: Fit | Unavailable) -> Difference:
    """Test of the restricted model ``less`` against the one it is nested in."""
    if isinstance(less, Unavailable):
        return Difference(less, less)
    if isinstance(larger, Unavailable):
        return Difference(larger, larger)
    return Difference(_plain(less, larger), _scaled(less, larger))


def _plain(less: Fit, larger: Fit) -> DifferenceTest | Unavailable:
    estimator = less.options.estimator
    if estimator in ("ULS", "WLSMV"):
        return Unavailable(f"the plain difference of estimator {estimator} has no known distribution")
    parts = (less.measures["chisq"], less.measures["df"], larger.measures["chisq"], larger.measures["df"])
    try:
        return plain_difference(float(parts[0]), int(parts[1]), float(parts[2]), int(parts[3]))
    except ValueError as error:
        return Unavailable(str(error))


def _scaled(less: Fit, larger: Fit) -> DifferenceTest | Unavailable:
    """The default scaled difference; where its factor is negative, the one that cannot be."""
    estimator = less.options.estimator
    if estimator not in ("MLM", "MLR", "WLSMV"):
        return Unavailable(f"estimator {estimator} has no scaled test")
    try:
        return less.compare(larger)
    except TamError as error:
        if estimator == "WLSMV" or error.problems[0].code != "comparison-factor-negative":
            return Unavailable("; ".join(one.what for one in error.problems))
    try:
        return less.compare(larger, "satorra.bentler.2010")
    except TamError as error:
        return Unavailable("; ".join(one.what for one in error.problems))
