"""``tam triangulate``: one latent interaction by every estimator, and whether the verdict hangs on it."""

from __future__ import annotations

from typing import Any

import click

from tam.cli.answer import Answer
from tam.cli.choices import comma_list
from tam.cli.command import console, tam_command
from tam.cli.inputs import places_in, read_columns, read_model_text
from tam.cli.triangulate_blocks import triangulate_blocks
from tam.errors import TamError, problem

ESTIMATORS = (
    *("dblcent", "dblcent_robust", "dblcent_matched", "residual", "unconstrained", "constrained"),
    *("lms", "qml", "single_indicator", "factor_scores", "observed_scores"),
)


@tam_command("triangulate")
@click.option(
    "--model", "model_file", metavar="FILE", required=True, help="A model in lavaan syntax, with X:Z."
)
@click.option(
    "--data", "data_file", metavar="FILE", required=True, help="A table: CSV, TSV, XLSX, ODS, SAV or DTA."
)
@click.option(
    "--estimators",
    metavar="A,B",
    callback=comma_list(ESTIMATORS),
    help="Only these; all that suit the model unless given.",
)
@click.option(
    "--missing",
    type=click.Choice(["listwise", "fiml"]),
    default="listwise",
    help="What becomes of missing answers.",
)
@click.option(
    "--level",
    type=click.FloatRange(0.5, 0.9999),
    metavar="LEVEL",
    default=0.95,
    help="Level of the intervals.",
)
def command(
    model_file: str, data_file: str, estimators: tuple[str, ...] | None, missing: str, level: float
) -> Answer:
    """Does the verdict on a latent interaction depend on the estimator?

    Estimates every X:Z of the model by product indicators (several ways), LMS with the certificate of its
    quadrature, QML, reliability-corrected and factor scores, and plain scores with HC3 errors; prints one
    table, and says whether they decide alike or on which choice the verdict hangs.

    \b
      tam triangulate --model model.lav --data answers.csv
      tam triangulate --model model.lav --data answers.csv --estimators dblcent,lms,observed_scores
    """
    from tam.analysis.lavaan_model import model_from_lavaan
    from tam.analysis.moderation_estimators import Question
    from tam.analysis.moderation_lms import lms_evidence
    from tam.analysis.structural import model_rows
    from tam.analysis.triangulation import triangulated
    from tam.record import to_record
    from tam.stats.threads import one_thread

    text = read_model_text(model_file)
    with places_in(model_file):
        model = model_from_lavaan(text, file=None)
        if not model.moderations:
            raise TamError(problem("triangulate-no-interaction"))
        data, notes = read_columns(data_file, text)
    rows = model_rows(data, data.iloc[:, :0], model, missing)
    analyses: list[dict[str, Any]] = []
    with one_thread():
        for path in model.moderations:
            console().progress(str(path))
            question = Question(model, path, rows, missing, level)
            found = triangulated(question, estimators)
            evidence = lms_evidence(question) if estimators is None or "lms" in estimators else None
            analyses.append(to_record({"triangulation": found, "lms": evidence}))
    record = {"n": len(rows), "n_left_out": len(data) - len(rows), "analyses": analyses}
    undecided = any(one["triangulation"]["verdict"]["kind"] == "undecided" for one in analyses)
    return Answer(
        result=record, blocks=triangulate_blocks(record), problems=notes, at_least=1 if undecided else 0
    )
