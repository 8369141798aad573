"""A Qualtrics file with anything in the place of anything: a proposal that loads, or one clear problem."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from end_to_end import qsf_survey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tam.data.proposal_yaml import instrument_yaml
from tam.data.qsf import propose_from_qsf
from tam.errors import TamError
from tam.spec.instrument_file import load_instrument

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        found += places(value, (*path, key))
    return found


PLACES = places(qsf_survey.survey())


def damaged(where: tuple[Any, ...], value: Any) -> Any:
    survey = json.loads(json.dumps(qsf_survey.survey()))
    if not where:
        return value
    node = survey
    for key in where[:-1]:
        node = node[key]
    node[where[-1]] = value
    return survey


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PLACES), ANYTHING)
def test_damage_is_survived_or_told(tmp_path: Path, where: tuple[Any, ...], value: Any) -> None:
    file = tmp_path / "survey.qsf"
    file.write_text(json.dumps(damaged(where, value)), encoding="utf-8")
    try:
        proposal = propose_from_qsf(file)
    except TamError as fault:
        assert {one.code for one in fault.problems} <= {"qsf-unreadable", "qsf-without-questions"}
        return
    (tmp_path / "instrument.yaml").write_bytes(instrument_yaml(proposal, "en").encode("utf-8"))
    assert replace(load_instrument(tmp_path / "instrument.yaml"), digest="") == proposal.instrument
