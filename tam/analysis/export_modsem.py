"""The moderations of a study for the R package modsem: double-mean-centred products, and LMS.

The calls are those of modsem's manual: ``modsem(model.syntax, data, method)`` and
``parameter_estimates(object)``.
A second-order construct in an interaction stands in through the means of the items of its parts, as in tam's
product methods: older versions of modsem take no other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tam.analysis.capsule import moderated_models
from tam.analysis.export_expected import CLOSE
from tam.errors import TamError
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.products_expand import Expansion

#: LMS is integrated with 24 nodes by modsem and with as many as it needs by tam: this share of a standard
#: error is between the two in published examples.
CLOSE_LMS = 0.2
SCRIPT = "fit_modsem.R"


def modsem_files(study: Study, answers: pd.DataFrame) -> dict[str, str]:
    """Script, models and expected values by file name; empty where the study has no moderation.

    ``answers`` hold the items and the observed variables of the model, one row per respondent.
    """
    from tam.engine.products_expand import expand_interactions

    files, columns = {}, answers
    names = []
    for number, text in enumerate(moderated_models(study.model), 1):
        try:
            expansion = expand_interactions(text, answers, "dblcent", "all")
        except TamError:  # a moderation that product indicators cannot express
            continue
        name = f"modsem_{number}"
        plain = plain_text(expansion)
        names.append((name, str(study.model.moderations[number - 1])))
        added = [one for one in expansion.parcels if one not in columns.columns]
        columns = columns.join(expansion.data[added])
        files[f"{name}.lav"] = plain
        files[f"expected_{name}.csv"] = _expected(plain, expansion, study)
    if not names:
        return {}
    files[SCRIPT] = _script(study, names)
    files["answers_modsem.csv"] = columns.to_csv(index=False, lineterminator="\n")
    return files


def plain_text(expansion: Expansion) -> str:
    """The model of an expansion with its parcels and without its products: ``X:Z`` is left to the reader."""
    from tam.engine.syntax import print_model

    products = {one.name for one in expansion.products}
    indicators = {name for one in expansion.products for name in one.indicators}
    kept = tuple(
        formula
        for formula in expansion.syntax.formulas
        if not (set(formula.left) & indicators)
        and not (formula.operator == "=~" and set(formula.left) & products)
    )
    return print_model(replace(expansion.syntax, formulas=kept))


def _expected(text: str, expansion: Expansion, study: Study) -> str:
    """The regressions of the model by both methods, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["method", "lhs", "op", "rhs", "est", "se"])
    for method, rows in (("dblcent", _products(expansion, study)), ("lms", _lms(text, expansion))):
        writer.writerows([method, lhs, "~", rhs, repr(est), repr(se)] for lhs, rhs, est, se in rows)
    return out.getvalue()


def _products(expansion: Expansion, study: Study) -> Iterator[tuple[str, str, float, float]]:
    from tam.engine import fit_model
    from tam.engine.syntax import print_model

    robust = study.options.estimator if study.options.estimator in ("MLR", "MLM") else "ML"
    try:
        fit = fit_model(print_model(expansion.syntax), expansion.data, estimator=robust)
    except TamError:
        return
    if fit.converged:
        yield from _regressions(fit.estimates)


def _lms(text: str, expansion: Expansion) -> Iterator[tuple[str, str, float, float]]:
    from tam.engine.lms_fit import fit_lms

    try:
        fit = fit_lms(text, expansion.data)
    except TamError:
        return
    if fit.converged:
        yield from _regressions(fit.estimates)


def _regressions(estimates: Any) -> Iterator[tuple[str, str, float, float]]:
    for row in estimates.itertuples(index=False):
        if row.op == "~" and row.se > 0:
            yield str(row.lhs), str(row.rhs), float(row.est), float(row.se)


def _script(study: Study, names: Sequence[tuple[str, str]]) -> str:
    estimator = study.options.estimator
    settings = f', estimator = "{estimator}"' if estimator in ("MLR", "MLM") else ""
    lines = [
        f"# {_one_line(study.title.get('en'))}",
        "# Written by tam: moderations with modsem. answers_modsem.csv holds the coded answers after",
        "# screening; columns that end in _parcel are means of the items of one construct.",
        "library(modsem)",
        'answers <- read.csv("answers_modsem.csv", check.names = FALSE)',
        *R_COMPARISON.splitlines(),
    ]
    for name, title in names:
        lines += [
            "",
            f"# {_one_line(title)}",
            f'{name} <- paste(readLines("{name}.lav"), collapse = "\\n")',
            f'dblcent_{name} <- modsem({name}, data = answers, method = "dblcent"{settings})',
            f"print(summary(dblcent_{name}))",
            f'agree(dblcent_{name}, "expected_{name}.csv", "dblcent", {CLOSE})',
            f'lms_{name} <- modsem({name}, data = answers, method = "lms")',
            f"print(summary(lms_{name}))",
            f'agree(lms_{name}, "expected_{name}.csv", "lms", {CLOSE_LMS})',
        ]
    return "\n".join(lines) + "\n"


#: Versions of modsem name the columns and the product differently (std.error or se, XZ or X:Z).
R_COMPARISON = """
agree <- function(fit, file, method, close) {
  ours <- read.csv(file)
  ours <- ours[ours$method == method, ]
  if (nrow(ours) == 0) return(invisible(cat(file, method, ": tam has no values to compare with\\n")))
  found <- as.data.frame(parameter_estimates(fit))
  key <- function(rows) gsub(":", "", paste(rows$lhs, rows$op, rows$rhs), fixed = TRUE)
  found <- found[match(key(ours), key(found)), ]
  stopifnot("modsem has other parameters" = !anyNA(found$est))
  errors <- if ("std.error" %in% names(found)) found$std.error else found$se
  apart <- abs(found$est - ours$est) / ours$se
  base::print(data.frame(ours[c("lhs", "rhs")], tam = ours$est, modsem = found$est, tam_se = ours$se,
                         modsem_se = errors, apart = signif(apart, 2)), row.names = FALSE)
  stopifnot("estimates differ" = all(apart < close))
  cat(file, method, ": modsem agrees; estimates within", signif(max(apart), 2), "standard errors\\n")
}
"""


def _one_line(text: str) -> str:
    """Text from a study file that cannot leave its comment."""
    return "".join(char if char.isprintable() else " " for char in text)
