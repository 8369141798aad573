"""The model of a study for other programs: the same statements, the same answers, a script that runs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tam.analysis.export_expected import CLOSE, CLOSE_CHISQ, Expected, expected_values, fitted
from tam.analysis.export_modsem import modsem_files
from tam.analysis.export_mplus import mplus_data, mplus_input
from tam.analysis.export_seminr import seminr_files
from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

Program = Literal["lavaan", "modsem", "mplus", "semopy", "seminr"]
SCRIPTS: Mapping[str, str] = {"lavaan": "fit_lavaan.R", "semopy": "fit_semopy.py"}
"""Name of the script for each program; one called ``semopy.py`` would be imported in place of semopy."""
MPLUS_DATA = "mplus.dat"


#: Products that can be written into a table, and what they are called.
PRODUCTS = {
    "dblcent": "double-mean-centred products",
    "meancentred": "products of centred items",
    "unconstrained": "products of centred items",
    "residual": "residual-centred products",
}


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """One model in lavaan syntax. ``name`` is an identifier in R and in Python; ``title`` says what it is."""

    name: str
    title: str
    text: str


def export_files(study: Study, program: Program) -> dict[str, str]:
    """The content of each file by its name: the script, the models, the answers it reads, what to expect.

    The answers are coded, screened as the study says and (unless its estimator takes incomplete ones)
    complete on the model's items, with a column for every product indicator, so that another program
    estimates from the very numbers that tam uses. There are none for modsem where nothing is moderated.
    Raises TamError where the study or its data must be changed first.
    """
    rows = study_answers(study)
    if program in ("modsem", "seminr"):
        return {"modsem": modsem_files, "seminr": seminr_files}[program](study, rows)
    models, answers = exported_models(study, rows)
    fits = {one.name: fitted(one.text, answers, study.options) for one in models}
    expected = {name: expected_values(fit) for name, fit in fits.items()}
    compared = {f"expected_{name}.csv": one.table() for name, one in expected.items() if one is not None}
    if program == "mplus":
        columns = list(answers.columns)
        inputs = {
            f"{one.name}.inp": mplus_input(
                one.title, fits[one.name].table, columns, MPLUS_DATA, study.options, expected[one.name]
            )
            for one in models
        }
        return {**inputs, MPLUS_DATA: mplus_data(answers), **compared}
    script = {"lavaan": lavaan_script, "semopy": semopy_script}[program](study, models, expected)
    return {
        SCRIPTS[program]: script,
        **{f"{one.name}.lav": one.text for one in models},
        "answers.csv": answers.to_csv(index=False, lineterminator="\n"),
        **compared,
    }


def study_answers(study: Study) -> pd.DataFrame:
    """The answers that the models are fitted to, one row for each respondent."""
    from tam.analysis.reading import read_study_data
    from tam.analysis.screening import screen
    from tam.analysis.structural import model_rows

    instrument, responses = read_study_data(study)
    kept = screen(responses, instrument, study.screening).kept
    values, variables = responses.values.loc[kept], responses.variables.loc[kept]
    return model_rows(values, variables, study.model)


def exported_models(study: Study, answers: pd.DataFrame) -> tuple[list[ExportedModel], pd.DataFrame]:
    """The main model and one for each moderation; the answers with the products that these need."""
    from tam.engine.products_expand import expand_interactions
    from tam.engine.syntax import print_model

    main = study.model.to_lavaan()
    models = [ExportedModel("model", "the paths", main)]
    table = answers
    for number, one in enumerate(study.model.moderations, 1):
        text = f"{main}{one.outcome} ~ {one.predictor}:{one.moderator}\n"
        expansion = expand_interactions(text, answers, exported_method(study), study.options.pairs)
        names = {name: name.replace(":", ".") for name in _products(expansion.data, answers)}
        plain = print_model(expansion.syntax)
        latent = f"{one.predictor}:{one.moderator}"
        for name in (*names, latent):
            plain = plain.replace(name, name.replace(":", "."))
        models.append(ExportedModel(f"moderation_{number}", str(one), plain))
        added = expansion.data[list(names)].rename(columns=names)
        table = table.join(added[[name for name in added.columns if name not in table.columns]])
    return models, table


def exported_method(study: Study) -> str:
    """How products are formed for another program: as the study does, or double-mean-centred where it forms
    none or holds them by constraints that other programs need written out."""
    return study.options.interaction if study.options.interaction in PRODUCTS else "dblcent"


def _products(expanded: pd.DataFrame, answers: pd.DataFrame) -> list[str]:
    return [str(name) for name in expanded.columns if name not in answers.columns]


def lavaan_script(study: Study, models: list[ExportedModel], expected: Mapping[str, Expected | None]) -> str:
    """An R script that fits every model with lavaan as the study asks and stops where lavaan disagrees."""
    options = study.options
    settings = {
        "estimator": _quoted(options.estimator),
        "meanstructure": "TRUE" if options.meanstructure else "FALSE",
        "std.lv": "TRUE" if options.std_lv else "FALSE",
        **({"missing": _quoted("fiml")} if options.missing == "fiml" else {}),
    }
    lines = [
        *_head(study, "#"),
        "library(lavaan)",
        'answers <- read.csv("answers.csv", check.names = FALSE)',
        *R_COMPARISON.format(close=CLOSE, close_chisq=CLOSE_CHISQ).splitlines(),
    ]
    for one in models:
        lines += [
            "",
            f"# {_one_line(one.title)}",
            f'{one.name} <- paste(readLines("{one.name}.lav"), collapse = "\\n")',
            f"fit_{one.name} <- sem({one.name}, data = answers, {_arguments(settings)})",
            f"summary(fit_{one.name}, fit.measures = TRUE, standardized = TRUE, rsquare = TRUE)",
        ]
        if expected[one.name] is not None:
            lines.append(f'agree(fit_{one.name}, "expected_{one.name}.csv")')
    return "\n".join(lines) + "\n"


#: Compares a fit with the expected values; an R error, and so a failed script, where they differ.
R_COMPARISON = """
agree <- function(fit, file) {{
  ours <- read.csv(file, colClasses = c(rhs = "character"), na.strings = "")
  ours[is.na(ours$rhs), "rhs"] <- ""
  key <- function(rows) paste(rows$lhs, rows$op, rows$rhs)
  found <- as.data.frame(parameterEstimates(fit, standardized = FALSE))
  rows <- ours[ours$op != "measure", ]
  found <- found[match(key(rows), key(found)), ]
  stopifnot("lavaan has other parameters" = !anyNA(found$est))
  free <- !is.na(rows$se) & rows$se > 0
  apart <- abs(found$est - rows$est)[free] / rows$se[free]
  wider <- abs(found$se / rows$se - 1)[free]
  stopifnot("estimates differ" = all(apart < {close}), "standard errors differ" = all(wider < {close}))
  measures <- ours[ours$op == "measure", ]
  theirs <- fitMeasures(fit, measures$rhs)
  near <- abs(theirs - measures$est) <= {close_chisq} * pmax(1, abs(measures$est))
  stopifnot("fit measures differ" = all(near))
  cat(file, ": lavaan agrees; estimates within", signif(max(apart), 2), "standard errors\\n")
}}
"""


def semopy_script(study: Study, models: list[ExportedModel], expected: Mapping[str, Expected | None]) -> str:
    """A Python script that fits every model with semopy; its search is told not to stop early."""
    lines = [
        *_head(study, "#"),
        "# semopy can stop before the optimum by default (hence the tolerance), and its AIC and BIC do not",
        "# rest on the likelihood: read estimates and standard errors only. What tam finds stands in",
        "# expected_*.csv; semopy gives rows and covariances in another order.",
        "import pandas",
        "import semopy",
        "",
        'answers = pandas.read_csv("answers.csv")',
    ]
    for one in models:
        lines += [
            "",
            f"# {_one_line(one.title)}",
            f'with open("{one.name}.lav", encoding="utf-8") as file:',
            f"    {one.name} = semopy.Model(file.read())",
            f'{one.name}.fit(answers, obj="MLW", options={{"ftol": 1e-12, "maxiter": 10000}})',
            f"print({one.name}.inspect(std_est=True).to_string())",
        ]
        if expected[one.name] is not None:
            lines.append(f'print(pandas.read_csv("expected_{one.name}.csv").to_string())')
    return "\n".join(lines) + "\n"


def _head(study: Study, mark: str) -> list[str]:
    method, used = study.options.interaction, exported_method(study)
    lines = [
        f"{mark} {_one_line(study.title.get('en'))}",
        f"{mark} Written by tam. answers.csv holds the coded answers after screening, complete on the items",
        f"{mark} of the model; columns with a dot between two items are {PRODUCTS[used]}.",
    ]
    if method != used and study.model.moderations:
        lines.append(
            f"{mark} The study estimates its interaction by {method}; products stand in its place here."
        )
    return lines


def _one_line(text: str) -> str:
    """Text from a study file that cannot leave its comment."""
    return "".join(char if char.isprintable() else " " for char in text)


def _quoted(text: str) -> str:
    return json.dumps(text)


def _arguments(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())
