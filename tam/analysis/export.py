"""The model of a study for other programs: the same statements, the same answers, a script that runs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tam.spec.study import Study

if TYPE_CHECKING:
    import pandas as pd

Program = Literal["lavaan", "semopy"]
SCRIPTS: Mapping[Program, str] = {"lavaan": "fit_lavaan.R", "semopy": "fit_semopy.py"}
"""Name of the script for each program; one called ``semopy.py`` would be imported in place of semopy."""


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """One model in lavaan syntax. ``name`` is an identifier in R and in Python; ``title`` says what it is."""

    name: str
    title: str
    text: str


def export_files(study: Study, program: Program) -> dict[str, str]:
    """The content of each file by its name: the script, the models, the answers it reads.

    The answers are coded, screened as the study says and complete on the model's items, with a column for
    every product indicator, so that another program estimates from the very numbers that tam uses.
    Raises TamError where the study or its data must be changed first.
    """
    from tam.analysis.reading import read_study_data
    from tam.analysis.screening import screen
    from tam.analysis.structural import complete_rows

    instrument, responses = read_study_data(study)
    kept = screen(responses, instrument, study.screening).kept
    answers = complete_rows(responses.values.loc[kept], responses.variables.loc[kept], study.model)
    models, answers = exported_models(study, answers)
    script = {"lavaan": lavaan_script, "semopy": semopy_script}[program](study, models)
    return {
        SCRIPTS[program]: script,
        **{f"{one.name}.lav": one.text for one in models},
        "answers.csv": answers.to_csv(index=False, lineterminator="\n"),
    }


def exported_models(study: Study, answers: pd.DataFrame) -> tuple[list[ExportedModel], pd.DataFrame]:
    """The main model and one for each moderation; the answers with the products that these need."""
    from tam.engine.products_expand import expand_interactions
    from tam.engine.syntax import print_model

    main = study.model.to_lavaan()
    models = [ExportedModel("model", "the paths", main)]
    table = answers
    for number, one in enumerate(study.model.moderations, 1):
        text = f"{main}{one.outcome} ~ {one.predictor}:{one.moderator}\n"
        expansion = expand_interactions(text, answers, study.options.interaction, study.options.pairs)
        names = {name: name.replace(":", ".") for name in _products(expansion.data, answers)}
        plain = print_model(expansion.syntax)
        latent = f"{one.predictor}:{one.moderator}"
        for name in (*names, latent):
            plain = plain.replace(name, name.replace(":", "."))
        models.append(ExportedModel(f"moderation_{number}", str(one), plain))
        added = expansion.data[list(names)].rename(columns=names)
        table = table.join(added[[name for name in added.columns if name not in table.columns]])
    return models, table


def _products(expanded: pd.DataFrame, answers: pd.DataFrame) -> list[str]:
    return [str(name) for name in expanded.columns if name not in answers.columns]


def lavaan_script(study: Study, models: list[ExportedModel]) -> str:
    """An R script that fits every model with lavaan under the settings of the study."""
    options = study.options
    settings = {
        "estimator": _quoted(options.estimator),
        "meanstructure": "TRUE" if options.meanstructure else "FALSE",
        "std.lv": "TRUE" if options.std_lv else "FALSE",
    }
    lines = [
        *_head(study, "#"),
        "library(lavaan)",
        'answers <- read.csv("answers.csv", check.names = FALSE)',
    ]
    for one in models:
        lines += [
            "",
            f"# {_one_line(one.title)}",
            f'{one.name} <- paste(readLines("{one.name}.lav"), collapse = "\\n")',
            f"fit_{one.name} <- sem({one.name}, data = answers, {_arguments(settings)})",
            f"summary(fit_{one.name}, fit.measures = TRUE, standardized = TRUE, rsquare = TRUE)",
        ]
    return "\n".join(lines) + "\n"


def semopy_script(study: Study, models: list[ExportedModel]) -> str:
    """A Python script that fits every model with semopy; its search is told not to stop early."""
    lines = [
        *_head(study, "#"),
        "# semopy can stop before the optimum by default (hence the tolerance), and its AIC and BIC do not",
        "# rest on the likelihood: read estimates and standard errors only.",
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
    return "\n".join(lines) + "\n"


def _head(study: Study, mark: str) -> list[str]:
    return [
        f"{mark} {_one_line(study.title.get('en'))}",
        f"{mark} Written by tam. answers.csv holds the coded answers after screening, complete on the items",
        f"{mark} of the model; columns with a dot between two items are double-mean-centred products.",
    ]


def _one_line(text: str) -> str:
    """Text from a study file that cannot leave its comment."""
    return "".join(char if char.isprintable() else " " for char in text)


def _quoted(text: str) -> str:
    return json.dumps(text)


def _arguments(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())
