"""The groups of an invariance analysis and the factor model as it is fitted to all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tam.errors import Problem, TamError, Unavailable, Where, problem
from tam.spec.model import Model

if TYPE_CHECKING:
    from tam.analysis.grouping import Split
    from tam.engine.fit import Fit

NOT_CONVERGED = "the model did not converge"
MARGIN = 5
"""Respondents a group needs beyond the number of items: with hardly more than items its covariance matrix is
nearly singular, and the search for a solution has no end."""
MOST_GROUPS = 20
"""A grouping with more groups than this is a measurement or an identifier, not a grouping."""


@dataclass(frozen=True, slots=True)
class GroupSize:
    """A group and how many respondents it has."""

    id: str
    n: int


@dataclass(frozen=True, slots=True)
class GroupedRows:
    """The rows of the groups that are large enough, group after group, their labels in ``column`` of
    ``data``. ``needed`` respondents make a group large enough."""

    by: str
    data: pd.DataFrame
    column: str
    groups: tuple[GroupSize, ...]
    too_small: tuple[GroupSize, ...]
    needed: int
    n_ungrouped: int
    problems: tuple[Problem, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.groups)

    @property
    def sizes(self) -> dict[str, int]:
        return {one.id: one.n for one in self.groups}


def labelled_groups(split: Split) -> pd.Series[Any]:
    """The groups of a study's grouping as ``group_invariance`` takes them, in their order of presentation."""
    members = pd.Categorical(split.members, categories=list(split.labels))
    return pd.Series(members, index=split.members.index, name=split.by)


def grouped_rows(
    rows: pd.DataFrame,
    groups: pd.Series[Any],
    columns: Sequence[str],
    minimum: int,
    missing: str,
    taken: Sequence[str] = (),
) -> GroupedRows:
    """Put the rows into groups, those that are too small said before anything is fitted.

    ``groups`` holds a label or nothing per row of ``rows`` (joined by index). The order is that of its
    categories if it has them, else of first appearance in ``rows``. A group needs ``minimum`` respondents
    and ``MARGIN`` more than there are ``columns``. ``listwise`` counts complete rows. ``taken``: names that
    the column of labels must not have.
    """
    by = str(groups.name or "group")
    members = groups.reindex(rows.index)
    data = rows[list(columns)].astype(float)
    data = data.dropna() if missing == "listwise" else data.dropna(how="all")
    order = _order(members)
    named = members.loc[data.index].map(_label, na_action="ignore").astype(object)
    sizes = {one: int((named == one).sum()) for one in order}
    needed = max(minimum, len(columns) + MARGIN)
    kept = [one for one in order if sizes[one] >= needed]
    column = _free_name(by, [*columns, *taken])
    data = data.assign(**{column: named})
    data = pd.concat([data[named == one] for one in kept]) if kept else data.iloc[:0]
    result = GroupedRows(
        by,
        data,
        column,
        tuple(GroupSize(one, sizes[one]) for one in kept),
        tuple(GroupSize(one, n) for one, n in sizes.items() if n < needed),
        needed,
        int(named.isna().sum()),
        (),
    )
    return _with_problems(result, minimum)


def _order(members: pd.Series[Any]) -> list[str]:
    if isinstance(members.dtype, pd.CategoricalDtype):
        present = set(members.dropna())
        return [_label(one) for one in members.cat.categories if one in present]
    return list(dict.fromkeys(members.dropna().map(_label)))


def _label(value: object) -> str:
    """A group's label as text: whole numbers without a decimal point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _free_name(by: str, columns: Sequence[str]) -> str:
    name = by
    while name in columns:
        name += "_"
    return name


def _with_problems(found: GroupedRows, minimum: int) -> GroupedRows:
    place, number = Where(column=found.by), len(found.groups) + len(found.too_small)
    if number > MOST_GROUPS:
        much = problem("too-many-groups", place, name=found.by, groups=number, most=MOST_GROUPS)
        return replace(found, groups=(), too_small=(), problems=(much,))
    problems = []
    if found.too_small:
        small = [f"{one.id} ({one.n})" for one in found.too_small]
        problems.append(
            problem(
                "invariance-group-too-small",
                place,
                name=found.by,
                groups=small,
                needed=found.needed,
                minimum=minimum,
            )
        )
    if len(found.groups) < 2:
        problems.append(problem("invariance-too-few-groups", place, name=found.by, needed=found.needed))
    return replace(found, problems=tuple(problems))


def measured_constructs(model: Model, columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The first-order constructs whose items are all among the columns."""
    known = set(columns)
    return {name: items for name, items in model.measurement.items() if items and known.issuperset(items)}


def without_predictor(model: Model, name: str) -> Model:
    """The model without a predictor: the grouping itself, which no group has more than one value of."""
    controls = {y: tuple(x for x in names if x != name) for y, names in model.controls.items()}
    return replace(
        model,
        paths=tuple(path for path in model.paths if path.predictor != name),
        moderations=tuple(m for m in model.moderations if name not in (m.predictor, m.moderator)),
        controls={outcome: names for outcome, names in controls.items() if names},
    )


@dataclass(frozen=True)
class GroupModels:
    """A factor model to be fitted to all groups with more or less held equal.

    ``measurement`` items by construct, ``covariances`` of residuals.
    """

    rows: GroupedRows
    measurement: Mapping[str, tuple[str, ...]]
    covariances: tuple[tuple[str, str], ...]
    estimator: str
    missing: str
    ci: float

    @property
    def ordinal(self) -> bool:
        return self.estimator == "WLSMV"

    def fit(self, equal: Sequence[str], free: Sequence[str] = ()) -> Fit | Unavailable:
        """The factor model with parameters of the kinds ``equal`` the same in all groups, but for those named
        in ``free`` ("F=~x", "x~1"); why not, where it cannot be had."""
        lines = measurement_lines(self.measurement, free)
        items = {item for names in self.measurement.values() for item in names}
        lines += [f"{a} ~~ {b}" for a, b in self.covariances if a in items and b in items]
        lines += self.response_lines(equal, self.measurement)
        return self.fit_text("\n".join(lines), equal, free, std_lv=self.ordinal)

    def response_lines(self, equal: Sequence[str], latent: Iterable[str]) -> list[str]:
        """With thresholds equal and intercepts not: the ordered responses of later groups have intercepts of
        their own, and the means of the ``latent`` variables are zero (Wu & Estabrook 2016)."""
        if not self.ordinal or "thresholds" not in equal or "intercepts" in equal:
            return []
        later = len(self.rows.groups) - 1
        own, none = ", ".join(["0", *["NA"] * later]), ", ".join(["0"] * (later + 1))
        free = [f"{item} ~ c({own})*1" for item in self.ordered]
        return [*free, *(f"{name} ~ c({none})*1" for name in latent)]

    def fit_text(
        self, text: str, equal: Sequence[str], free: Sequence[str] = (), *, std_lv: bool = False
    ) -> Fit | Unavailable:
        """Any model of these rows in lavaan syntax; arguments as ``fit``. ``std_lv``: latent variables get
        their unit from the first group's standard deviation, not from their first item."""
        from tam.engine import fit_model

        kinds = set(equal) - ({"intercepts"} if self.ordinal else set())
        partial = [name for name in free if ("~1" in name and "intercepts" in kinds) or "=~" in name]
        try:
            fit = fit_model(
                text,
                self.rows.data,
                estimator=self.estimator,
                missing=self.missing,
                group=self.rows.column,
                group_equal=tuple(kind for kind in equal if kind in kinds),
                group_partial=tuple(partial) if kinds else (),
                ordered=self.ordered,
                std_lv=std_lv,
                ci=self.ci,
            )
        except TamError as error:
            return Unavailable("; ".join(one.what.rstrip(".") for one in error.problems))
        return fit if fit.converged else Unavailable(NOT_CONVERGED)

    @property
    def ordered(self) -> tuple[str, ...]:
        """All items where they are taken as ordered answers."""
        if not self.ordinal:
            return ()
        return tuple(item for names in self.measurement.values() for item in names)


def measurement_lines(measurement: Mapping[str, Sequence[str]], free: Sequence[str] = ()) -> list[str]:
    """The measurement model, a statement per construct. The first item of a construct, which gives the
    latent variable its unit, is one whose loading and intercept are equal in all groups."""
    lines = []
    for construct, items in measurement.items():
        let = {item for item in items if f"{construct}=~{item}" in free or f"{item}~1" in free}
        ordered = [item for item in items if item not in let] + [item for item in items if item in let]
        lines.append(f"{construct} =~ {' + '.join(ordered)}")
    return lines
