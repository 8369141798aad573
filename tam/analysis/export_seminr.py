"""The paths of a study for the R package seminr: partial least squares, composites in mode A.

The calls were read in seminr's manual and in the code of its summary. Partial least squares answers another
question than the structural model of tam: the script estimates the same paths between composites. Values to
compare with are given where tam computes the same thing: standardised alpha and HTMT always, rho_A and path
coefficients where the model has no second-order construct.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tam.errors import Unavailable
from tam.spec.model import Model
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: seminr stops when no weight moves by 1e-7.
CLOSE = 1e-5
SCRIPT, EXPECTED, ANSWERS = "fit_seminr.R", "expected_seminr.csv", "answers_seminr.csv"


def seminr_files(study: Study, answers: pd.DataFrame) -> dict[str, str]:
    """Script, answers (n, items and observed variables) and expected values by file name."""
    return {
        SCRIPT: _script(study),
        ANSWERS: answers.to_csv(index=False, lineterminator="\n"),
        EXPECTED: _table(_expected(study.model, answers)),
    }


def _table(rows: Iterator[tuple[str, str, str, float]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "row", "column", "value"])
    writer.writerows([table, row, column, repr(value)] for table, row, column, value in rows)
    return out.getvalue()


def _blocks(model: Model) -> dict[str, tuple[str, ...]]:
    """The items of each first-order construct of the paths; an observed variable is its own item."""
    used = model.used_constructs()
    blocks = {name: model.measurement[name] for name in used if name in model.measurement}
    return blocks | {name: (name,) for name in model.observed}


def _expected(model: Model, answers: pd.DataFrame) -> Iterator[tuple[str, str, str, float]]:
    from tam.stats.descriptives import correlation_matrix, covariance_matrix
    from tam.stats.partial_least_squares import mode_a_weights, rho_a
    from tam.stats.reliability import standardised_alpha
    from tam.stats.validity import htmt

    blocks = _blocks(model)
    items = [item for own in blocks.values() for item in own]
    matrix = correlation_matrix(covariance_matrix(answers[items].to_numpy(float)))
    ends = np.cumsum([len(own) for own in blocks.values()])
    rows = {name: range(int(end) - len(own), int(end)) for (name, own), end in zip(blocks.items(), ends)}
    several = {name: own for name, own in rows.items() if len(own) > 1}
    for name, own in several.items():
        alpha = standardised_alpha(matrix[np.ix_(own, own)])
        if not isinstance(alpha, Unavailable):
            yield "reliability", name, "alpha", float(alpha)
    ratios = htmt(matrix, several)
    names = list(several)
    for at, name in enumerate(names):
        for other in names[at + 1 :]:
            value = ratios[name][other]
            if not isinstance(value, Unavailable):
                yield "htmt", name, other, float(value)
    if model.second_order and any(one in model.second_order for one in model.used_constructs()):
        return
    order = list(rows)
    before = [[order.index(one) for one in model.predictors(name)] for name in order]
    for name, value in zip(order, rho_a(matrix, list(rows.values()), before)):
        if not isinstance(value, Unavailable):
            yield "reliability", name, "rhoA", value
    weights = mode_a_weights(matrix, list(rows.values()), before)
    if not isinstance(weights, Unavailable):
        yield from _paths(model, order, weights.T @ matrix @ weights)


def _paths(model: Model, order: Sequence[str], correlation: Floats) -> Iterator[tuple[str, str, str, float]]:
    """Regressions among composites with this correlation matrix (m, m)."""
    for outcome in model.outcomes:
        causes = [order.index(name) for name in model.predictors(outcome)]
        own = correlation[np.ix_(causes, causes)]
        found = np.linalg.solve(own, correlation[causes, order.index(outcome)])
        for cause, value in zip(model.predictors(outcome), found):
            yield "paths", cause, outcome, float(value)


def _script(study: Study) -> str:
    model = study.model
    measures = [f"  {line}" for line in _constructs(model)]
    paths = [
        f"  paths(from = {_vector(model.predictors(outcome))}, to = {_quoted(outcome)})"
        for outcome in model.outcomes
    ]
    lines = [
        f"# {_one_line(study.title.get('en'))}",
        "# Written by tam: the paths by partial least squares (mode A, path weighting). Composites are",
        "# not factors: coefficients differ from those of the structural model. expected_seminr.csv",
        "# holds what tam computes in the same way.",
        "library(seminr)",
        f'answers <- read.csv("{ANSWERS}", check.names = FALSE)',
        "measurement <- constructs(",
        ",\n".join(measures),
        ")",
        "structure <- relationships(",
        ",\n".join(paths),
        ")",
        "model <- estimate_pls(data = answers, measurement_model = measurement,",
        "                      structural_model = structure)",
        "found <- summary(model)",
        "print(found)",
        *R_COMPARISON.format(expected=EXPECTED, close=CLOSE).splitlines(),
        *_interactions(model),
    ]
    return "\n".join(lines) + "\n"


def _constructs(model: Model) -> Iterator[str]:
    for name, items in _blocks(model).items():
        if len(items) == 1:
            yield f"composite({_quoted(name)}, single_item({_quoted(items[0])}))"
        else:
            yield f"composite({_quoted(name)}, {_vector(items)}, weights = mode_A)"
    for name in model.used_constructs():
        if name in model.second_order:
            parts = _vector(model.second_order[name])
            yield f"higher_composite({_quoted(name)}, {parts}, method = two_stage, weights = mode_A)"


def _interactions(model: Model) -> list[str]:
    """The moderations between first-order constructs, two-stage; others seminr does not offer."""
    lines: list[str] = []
    for one in model.moderations:
        sides = (one.predictor, one.moderator)
        if set(model.second_order) & set(model.used_constructs()):
            lines += [
                "",
                f"# {_one_line(str(one))}: not written, it is combined with a second-order construct",
            ]
            continue
        product = f"{one.predictor}*{one.moderator}"
        causes = _vector([*model.predictors(one.outcome), product])
        iv, moderator = map(_quoted, sides)
        term = f"interaction_term(iv = {iv}, moderator = {moderator}, method = two_stage)"
        others = [
            f"  paths(from = {_vector(model.predictors(name))}, to = {_quoted(name)})"
            for name in model.outcomes
            if name != one.outcome
        ]
        lines += [
            "",
            f"# {_one_line(str(one))}, two-stage",
            "moderated <- constructs(",
            ",\n".join([*(f"  {line}" for line in _constructs(model)), f"  {term}"]),
            ")",
            "structure_moderated <- relationships(",
            ",\n".join([*others, f"  paths(from = {causes}, to = {_quoted(one.outcome)})"]),
            ")",
            "print(summary(estimate_pls(data = answers, measurement_model = moderated,",
            "                           structural_model = structure_moderated)))",
        ]
    return lines


#: Compares what both compute; an R error, and so a failed script, where they differ.
R_COMPARISON = """
ours <- read.csv("{expected}")
theirs <- function(table, row, column) {{
  values <- switch(table, paths = model$path_coef, reliability = found$reliability,
                   htmt = found$validity$htmt)
  pick <- function(a, b) if (a %in% rownames(values) && b %in% colnames(values)) values[a, b] else NA
  value <- suppressWarnings(as.numeric(pick(row, column)))
  if (is.na(value) && table == "htmt") value <- suppressWarnings(as.numeric(pick(column, row)))
  value
}}
ours$seminr <- mapply(theirs, ours$table, ours$row, ours$column)
ours$apart <- abs(ours$seminr - ours$value)
base::print(ours, row.names = FALSE)
known <- !is.na(ours$apart)
stopifnot("seminr has none of these values" = any(known), "values differ" = all(ours$apart[known] < {close}))
cat("seminr agrees on", sum(known), "of", nrow(ours), "values; largest difference",
    signif(max(ours$apart[known]), 2), "\\n")
"""


def _vector(names: Sequence[str]) -> str:
    return f"c({', '.join(_quoted(name) for name in names)})"


def _quoted(text: str) -> str:
    return json.dumps(text)


def _one_line(text: str) -> str:
    """Text from a study file that cannot leave its comment."""
    return "".join(char if char.isprintable() else " " for char in text)
