"""Any model in lavaan syntax on any table or moment matrix: what ``tam.fit`` and ``tam fit`` do.

A latent interaction ``X:Z`` is measured by product indicators before the engine sees the model, or estimated
by LMS or QML; standard errors and intervals may come from the bootstrap, the estimates from the second
engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from tam.engine.bootstrap import Progress, unwatched
from tam.engine.fit import Fit, fit_model
from tam.engine.moments import Moments
from tam.engine.products_expand import expand_interactions
from tam.engine.reported_fit import bootstrapped, with_products
from tam.engine.syntax import print_model
from tam.errors import TamError, problem
from tam.spec.study import default_draws
from tam.stats.resampling import IntervalMethod

if TYPE_CHECKING:
    from tam.engine.groups import Given
    from tam.engine.lms_fit import LmsFit
    from tam.engine.qml_fit import QmlFit


def fit(
    model: str,
    data: Given,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    se: str = "standard",
    bootstrap: int | None = None,
    seed: int = 1,
    interval: IntervalMethod = "percentile",
    information: Literal["expected", "observed"] | None = None,
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    ordered: Sequence[str] = (),
    meanstructure: bool = False,
    std_lv: bool = False,
    interaction: str = "dblcent",
    pairs: Literal["all", "matched"] = "all",
    engine: Literal["tam", "semopy"] = "tam",
    ci: float = 0.95,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> Fit | LmsFit | QmlFit:
    """Fit a model in lavaan syntax with the automatic rules of ``lavaan::sem``.

    ``data`` holds a column for every observed variable, or moments with divisor n - 1, of one group or by
    group. ``group`` is the column of groups, ``group_equal`` what is equal across them. ``se="bootstrap"``
    draws ``bootstrap`` resamples from ``seed`` and reads the intervals from them (``default_draws`` unless
    given); ``workers`` processes or the Dask cluster of ``scheduler`` compute them, ``progress`` is told how
    many are done, and neither changes the answer. Raises TamError with every problem found; a solution that
    is not to be trusted is returned and says so (``converged``, ``admissible``, ``problems``).
    """
    resampled = se == "bootstrap"
    _raise_for_combinations(data, resampled, engine, group)
    if interaction == "lms":
        from tam.engine.lms_fit import fit_lms

        _raise_for_likelihood("lms", resampled, engine, group, ordered, information)
        return fit_lms(model, data, estimator=estimator, missing=missing, se=se, std_lv=std_lv, ci=ci)
    if interaction == "qml":
        from tam.engine.qml_fit import fit_qml

        _raise_for_likelihood("qml", resampled, engine, group, ordered, information)
        _raise_for_qml(estimator, missing)
        robust = estimator == "MLR" or se == "robust"
        return fit_qml(model, data, se="robust" if robust else "standard", std_lv=std_lv, ci=ci)
    if interaction == "constrained":
        from tam.engine.products_constrained import fit_constrained

        _raise_for_likelihood("constrained", resampled, engine, group, ordered, None)
        return fit_constrained(
            model, data, pairs=pairs, estimator=estimator, missing=missing, se=se, information=information,
            std_lv=std_lv, ci=ci,
        )  # fmt: skip
    expansion = None
    if not isinstance(data, (Moments, Mapping)):
        expansion = expand_interactions(model, data, interaction, pairs)
    if expansion is not None and expansion.products:
        if group is not None:
            raise TamError(problem("excludes", first="X:Z", second="--group"))
        model, data = print_model(expansion.syntax), expansion.data
    found = fit_model(
        model,
        data,
        estimator=estimator,
        missing=missing,
        se="standard" if resampled else se,
        information=information,
        group=group,
        group_equal=tuple(group_equal),
        group_partial=tuple(group_partial),
        ordered=tuple(ordered),
        meanstructure=meanstructure,
        std_lv=std_lv,
        ci=ci,
    )
    if engine == "semopy":
        from tam.analysis.semopy_fit import fit_with_semopy

        return fit_with_semopy(found)
    if expansion is not None and expansion.products:
        found = with_products(found, expansion.products, expansion.problems)
    if resampled and found.converged:
        found = bootstrapped(
            found,
            default_draws(missing) if bootstrap is None else bootstrap,
            seed,
            interval,
            workers=workers,
            scheduler=scheduler,
            progress=progress,
        )
    return found


def _raise_for_combinations(data: Given, resampled: bool, engine: str, group: str | None) -> None:
    found = []
    if isinstance(data, (Moments, Mapping)) and resampled:
        found.append(problem("excludes", first="--se bootstrap", second="--moments"))
    if engine == "semopy" and (group is not None or isinstance(data, Mapping)):
        found.append(problem("excludes", first="--group", second="--engine semopy"))
    if engine == "semopy" and resampled:
        found.append(problem("excludes", first="--se bootstrap", second="--engine semopy"))
    if found:
        raise TamError(found)


def _raise_for_likelihood(
    interaction: str,
    resampled: bool,
    engine: str,
    group: str | None,
    ordered: Sequence[str],
    information: str | None,
) -> None:
    """Refuse what LMS, QML and constrained products cannot be combined with."""
    asked = {
        "--se bootstrap": resampled,
        "--engine semopy": engine == "semopy",
        "--group": group is not None,
        "--ordered": bool(ordered),
        "--information expected": information == "expected",
    }
    found = [
        problem("excludes", first=f"--interaction {interaction}", second=other)
        for other, said in asked.items()
        if said
    ]
    if found:
        raise TamError(found)


def _raise_for_qml(estimator: str, missing: str) -> None:
    asked = {
        f"--estimator {estimator}": estimator not in ("ML", "MLR"),
        "--missing fiml": missing != "listwise",
    }
    found = [
        problem("excludes", first="--interaction qml", second=other) for other, said in asked.items() if said
    ]
    if found:
        raise TamError(found)
