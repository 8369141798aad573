"""What lavaan is given: answers, models, expected values; of a study, or of a folder of ``tam export``."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tam.analysis.export_expected import MEASURES, Expected
from tam.errors import TamError, Where, problem

if TYPE_CHECKING:
    from tam.spec.study import Study

ESTIMATORS = ("ML", "MLR", "MLM", "ULS", "GLS")
ANSWERS = "answers.csv"
LARGEST, MOST_MODELS, MOST_ROWS = 200_000_000, 20, 5000
_MODEL = re.compile(r"expected_([A-Za-z][A-Za-z0-9_]{0,40})\.csv")
#: Statements that are linear in the parameters; lavaan evaluates the others as R.
OPERATORS = ("=~", "~", "~~", "~1")


@dataclass(frozen=True, slots=True)
class PackModel:
    """``rows`` of ``lhs, op, rhs, est, se`` (se nan for fixed ones) and measures that tam finds; ``text`` as
    our own parser printed it."""

    number: int
    name: str
    title: str
    text: str
    rows: tuple[tuple[str, str, str, float, float], ...]
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Pack:
    answers: str
    models: tuple[PackModel, ...]
    estimator: str
    meanstructure: bool
    std_lv: bool


def pack_of_study(study: Study) -> Pack:
    """The models of a study with what tam finds now. Raises TamError where the study cannot be exported."""
    from tam.analysis.export import exported_models, study_answers
    from tam.analysis.export_expected import expected_values, fitted

    models, answers = exported_models(study, study_answers(study))
    found: list[PackModel] = []
    for one in models:
        expected = expected_values(fitted(one.text, answers, study.options))
        if expected is not None:
            found.append(_model(len(found), one.name, one.title, one.text, expected))
    options = study.options
    return Pack(
        answers.to_csv(index=False, lineterminator="\n"),
        tuple(found),
        options.estimator if options.estimator in ESTIMATORS else "ML",
        options.meanstructure,
        options.std_lv,
    )


def _model(number: int, name: str, title: str, text: str, expected: Expected) -> PackModel:
    return PackModel(number, name, title, _printed(text), expected.rows, expected.measures)


def read_pack(folder: Path) -> Pack:
    """A folder that ``tam export --to lavaan`` wrote: its data, models and expected values, not its script.

    Raises TamError where something is missing or is not what the export writes.
    """
    names = sorted(match[1] for one in folder.iterdir() if (match := _MODEL.fullmatch(one.name)))
    names = [one for one in names if (folder / f"{one}.lav").is_file() and not one.startswith("modsem_")]
    if not names or not (folder / ANSWERS).is_file() or len(names) > MOST_MODELS:
        raise _unreadable(folder.name, f"{ANSWERS}, NAME.lav and expected_NAME.csv are looked for")
    models = []
    for number, name in enumerate(names):
        text = _printed(_text(folder / f"{name}.lav", 1_000_000))
        expected = _expected(folder / f"expected_{name}.csv")
        models.append(PackModel(number, name, name, text, expected.rows, expected.measures))
    estimator, means, std_lv = _settings(folder)
    return Pack(_answers(folder / ANSWERS), tuple(models), estimator, means, std_lv)


def _settings(folder: Path) -> tuple[str, bool, bool]:
    """The estimator and the switches that the exported script names; it is read as text only."""
    path = folder / "fit_lavaan.R"
    text = _text(path, 1_000_000) if path.is_file() else ""
    named = re.search(r'estimator = "([A-Z]{2,5})"', text)
    estimator = named[1] if named and named[1] in ESTIMATORS else "ML"
    return estimator, "meanstructure = TRUE" in text, "std.lv = TRUE" in text


def _printed(text: str) -> str:
    """The model as our parser understands it, printed again. Raises TamError for relations."""
    from tam.engine.syntax import parse_model, print_model

    syntax = parse_model(text)
    if syntax.relations or any(one.operator not in OPERATORS for one in syntax.formulas):
        raise _unreadable("model", "models with := or == are not handed to R")
    return print_model(syntax)


def _answers(path: Path) -> str:
    from tam.data.numeric import read_numeric

    if path.stat().st_size > LARGEST:
        raise _unreadable(path.name, "it is too large")
    return read_numeric(str(path)).to_csv(index=False, lineterminator="\n")


def _expected(path: Path) -> Expected:
    rows, measures = [], {}
    try:
        lines = list(csv.DictReader(io.StringIO(_text(path, 5_000_000))))
        for line in lines[:MOST_ROWS]:
            est = float(line["est"])
            if line["op"] == "measure":
                if line["rhs"] in MEASURES:
                    measures[line["rhs"]] = est
                continue
            se = float(line["se"]) if line["se"] else math.nan
            rows.append((line["lhs"], line["op"], line["rhs"], est, se))
    except (KeyError, TypeError, ValueError, csv.Error) as fault:
        raise _unreadable(path.name, f"{type(fault).__name__}: {fault}") from None
    if any(not math.isfinite(row[3]) for row in rows):
        raise _unreadable(path.name, "an estimate is no number")
    return Expected(tuple(rows), measures)


def _text(path: Path, largest: int) -> str:
    try:
        if path.stat().st_size > largest:
            raise _unreadable(path.name, "it is too large")
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise _unreadable(path.name, type(fault).__name__) from None


def _unreadable(file: str, reason: str) -> TamError:
    return TamError(problem("pack-unreadable", Where(file), reason=reason))
