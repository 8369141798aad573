"""Rules on whether a response belongs to the study: tests, consent, target, end reached, duplicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis.screening_verdict import Verdict, first_rows, not_applicable
from tam.data.responses import Responses
from tam.data.wording import fold
from tam.spec.instrument import Instrument
from tam.spec.screening import Accepted, Rule, ScreeningOptions


def preview(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """A test run by the makers of the survey, as the platform marks it."""
    if "status" not in responses.meta or not responses.preview_statuses:
        return not_applicable("preview", responses, "the data have no status of responses")
    status = responses.meta["status"]
    flagged = status.map(lambda cell: fold(cell) in responses.preview_statuses).to_numpy(dtype=bool)
    return Verdict("preview", flagged, tuple(map(str, status)))


def consent(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Consent was not given: another answer, or none."""
    return _accepted("consent", responses, instrument, options.consent, unanswered=True)


def outside_target(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Outside the population that was to be asked; an unanswered question says nothing."""
    return _accepted("outside_target", responses, instrument, options.target, unanswered=False)


def _accepted(
    rule: Rule,
    responses: Responses,
    instrument: Instrument,
    questions: tuple[Accepted, ...],
    *,
    unanswered: bool,
) -> Verdict:
    known = [one for one in questions if one.variable in responses.variables]
    if not known:
        return not_applicable(rule, responses, "the study names no question for it")
    flagged = np.zeros(len(responses.values), dtype=bool)
    said = np.full(len(flagged), None, dtype=object)
    for one in known:
        answers = responses.variables[one.variable]
        given = (answers.notna() & (answers.astype(str) != "")).to_numpy()
        refused = np.where(given, ~_lets_in(answers, one, instrument), unanswered)
        first = refused & ~flagged
        said[first] = [
            f"{one.variable}: {answer}" if there else f"{one.variable}: -"
            for answer, there in zip(answers[first], given[first], strict=True)
        ]
        flagged |= refused
    return Verdict(rule, flagged, said, parameters={"questions": [one.variable for one in known]})


def _lets_in(answers: pd.Series, accepted: Accepted, instrument: Instrument) -> NDArray[np.bool_]:
    """Which answers are accepted; a label counts by its code, its words in either language or an alias."""
    if accepted.is_number:
        number = pd.to_numeric(answers, errors="coerce").to_numpy(dtype=float)
        low = -np.inf if accepted.low is None else accepted.low
        high = np.inf if accepted.high is None else accepted.high
        return (number >= low) & (number <= high)
    wanted = {fold(one) for one in accepted.answers}
    variable = instrument.variables.get(accepted.variable)
    words = set(wanted)
    if variable is not None:
        for code, label in instrument.scales[variable.scale].labels.items():
            names = [str(code), label.en or "", label.zh or "", *label.aliases]
            if wanted & {fold(name) for name in names if name}:
                words.add(fold(label.get("en")))
    return answers.map(lambda answer: _as_words(answer) in words).to_numpy(dtype=bool)


def _as_words(answer: object) -> str:
    """An answer as text; a whole number without its decimal point."""
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    return fold(str(answer))


def incomplete(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """The end of the questionnaire was not reached, as the platform says."""
    if "finished" not in responses.meta:
        return not_applicable("incomplete", responses, "the data do not say who reached the end")
    finished = responses.meta["finished"].map(lambda cell: fold(str(cell)))
    return Verdict("incomplete", (finished == "no").to_numpy(dtype=bool), tuple(finished))


def duplicate_id(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """The platform's number of a response again; the first of equal ones is not flagged."""
    if "id" not in responses.meta or (responses.meta["id"] == "").all():
        return not_applicable("duplicate_id", responses, "the data have no respondent number")
    number = responses.meta["id"]
    flagged = (number.duplicated(keep="first") & (number != "")).to_numpy()
    return Verdict(
        "duplicate_id", flagged, tuple(first_rows(number.index.tolist(), number.tolist(), flagged))
    )


def same_address(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """Sent from the network address of an earlier response. Reported only: homes and offices share one."""
    if "ip_group" not in responses.meta or (responses.meta["ip_group"] == "").all():
        return not_applicable("same_address", responses, "the data have no network address")
    group = responses.meta["ip_group"]
    flagged = (group.duplicated(keep="first") & (group != "")).to_numpy()
    sizes = group[group != ""].value_counts()
    found = {
        "addresses": len(sizes),
        "shared": int((sizes > 1).sum()),
        "respondents_sharing": int(sizes[sizes > 1].sum()),
        "largest": int(sizes.max()),
    }
    values = tuple(first_rows(group.index.tolist(), group.tolist(), flagged))
    return Verdict("same_address", flagged, values, found=found)
