"""Are the study, its instrument, its model and its data in order? Nothing is estimated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tam.analysis.reading import read_study_data
from tam.analysis.structural import model_rows
from tam.errors import Problem, raise_if_any
from tam.spec.study import Study

if TYPE_CHECKING:
    from tam.analysis.screening import Screening
    from tam.data.responses import Responses


@dataclass(frozen=True, slots=True)
class Check:
    """What was read and how it was understood, with every problem met."""

    responses: Responses
    screening: Screening
    n_complete: int
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        r = self.responses
        return {
            "data": {
                "file": r.file,
                "sha256": r.sha256,
                "platform": r.platform,
                "evidence": list(r.evidence),
                "encoding": r.encoding,
            },
            "n_rows": r.n_rows,
            "n_complete": self.n_complete,
            "columns": [asdict(match) for match in r.column_map],
            "dropped_columns": list(r.dropped_columns),
            "unused_columns": list(r.unused_columns),
            "n_flagged": int(self.screening.flags.any(axis=1).sum()),
        }


def check(study: Study) -> Check:
    """Read everything, code every answer, screen, and see whether the model can be estimated at all.

    Raises TamError with every problem that would stop the analysis.
    """
    from tam.analysis.screening import screen
    from tam.engine.checking import check_model

    instrument, responses = read_study_data(study)
    screening = screen(responses, instrument, study.screening)
    kept = screening.kept
    values, variables = responses.values.loc[kept], responses.variables.loc[kept]
    rows = model_rows(values, variables, study.model, study.options.missing)
    n_complete = int(rows.notna().all(axis=1).sum())
    if study.options.missing != "listwise":
        rows = rows.fillna(rows.mean())  # whether the model is identified does not hang on the answers
    problems = [*responses.problems, *screening.problems]
    options = study.options
    problems += check_model(
        study.model.to_lavaan(), rows, meanstructure=options.meanstructure, std_lv=options.std_lv
    )
    raise_if_any(problems)
    return Check(responses, screening, n_complete, tuple(problems))
