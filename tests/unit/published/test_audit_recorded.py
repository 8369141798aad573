"""Every verdict recorded for the published cases of kind audit, value by value, with its interval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tam.published.audit import Audit, audit
from tam.published.audit_check import Check
from tam.published.publication_file import load_publication

pytestmark = pytest.mark.reference

RULES = (
    (r"AVE (.+) from loadings", "ave_from_loadings", "{}"),
    (r"CR (.+) from loadings", "cr_from_loadings", "{}"),
    (r"sqrt\(AVE\) (.+) vs Fornell-Larcker diagonal", "sqrt_ave_of_ave", "{}"),
    (r"sqrt\(mean loading\^2\) (.+)", "sqrt_ave_from_loadings", "{}"),
    (r"mean loading (.+)", "mean_loading_recomputed", "{}"),
    (r"alpha <= CR (.+)", "alpha_above_cr", "{}"),
    (r"CR >= AVE (.+)", "cr_at_least_ave", "{}"),
    (r"rho_A (.+) <= 1", "coefficient_limits", "{}: rho_A"),
    (r"alpha (.+) >= 0\.70", "alpha_below_70", "{}"),
    (r"chi2/df (.+)", "normed_chisq", "{}"),
    (r"p of chi2 (.+)", "chisq_p", "{}"),
    (r"RMSEA (.+)", "rmsea_recomputed", "{}"),
    (r"(CFI|TLI|IFI) from chi2, df, NFI \(null df \d+\) (.+)", "comparative_index", "{1}: {0}"),
    (r"df (measurement model .+)", "df_recount", "{}"),
    (r"sum (.+)", "sum_of_parts|group_sizes_add_up", "{}"),
    (r"difference (.+)", "difference_of_values", "{}"),
    (r"r\^2 (.+)", "square_of_value", "{}"),
    (r"indirect = product (.+)", "indirect_product", "{}"),
    (r"stars from t (.+)", "stars_from_p", "{}"),
    (r"p \(two-tailed\) from t (.+)", "p_from_t", "{}"),
    (r"CR/AVE rows of (.+) and (.+)", "rows_exchanged", "{0}, {1}"),
)
WITHOUT_INPUTS = {
    "a09": ("Fornell-Larcker study 2", "HTMT study 2"),
    "a10": (
        "R2 PU from its printed paths",
        "R2 BI: printed paths",
        "respondents by sex",
        "stars of the chi2 tests",
    ),
    "a12": ("same fit statistics printed", "df of the CFA"),
    "a13": ("AVE column for SQAI, AQ, ID",),
    "a14": ("header row of Table 6", "AGR -> trust printed with different"),
    "a17": (
        "multi-group t",
        "R2 of continued use",
        "column headings of Table 5",
        "loadings of continued use",
    ),
    "a21": ('"largest squared correlation', "Table 5 correlations against", "F test of R2"),
    "a22": ("indirect = sum of products", "inner VIF"),
}
"""Recorded verdicts whose inputs stand in the paper but not in the file: texts, errors, other tables."""


WIDER = ("group_sizes_add_up", "p_from_t")
"""Counts have no rounding; where n is unknown, p by t is allowed beside p by the normal distribution."""


def cases(reference: Path) -> list[Path]:
    return sorted((reference / "published").glob("a*.yaml"))


def expected(recorded: str) -> str:
    """A recorded remark or implausibility contradicts nothing: undecidable."""
    word = recorded.split()[0].upper()
    return {"CONSISTENT": "consistent", "INCONSISTENT": "inconsistent"}.get(word, "undecidable")


def matching(found: Audit, what: str) -> Check | None:
    for pattern, rules, place in RULES:
        match = re.fullmatch(pattern, what)
        if match is not None:
            where = place.format(*match.groups())
            return next(
                (one for one in found.checks if one.rule in rules.split("|") and one.where == where), None
            )
    return None


def walked(reference: Path) -> Iterator[tuple[str, dict[str, Any], Check | None]]:
    for path in cases(reference):
        publication = load_publication(path)
        found = audit(publication)
        for one in publication.recorded["values"]:
            yield path.name[:3], one, matching(found, one["what"])


def test_every_recorded_verdict_comes_out_where_the_file_holds_its_inputs(reference: Path) -> None:
    checked = 0
    for case, recorded, found in walked(reference):
        if recorded["what"].startswith(WITHOUT_INPUTS.get(case, ("\0",))):
            assert found is None, (case, recorded["what"])
            continue
        assert found is not None, (case, recorded["what"])
        assert found.verdict == expected(recorded["verdict"]), (case, recorded["what"], found)
        checked += 1
    assert checked == 412


def test_recorded_intervals_and_gravity_are_ours(reference: Path) -> None:
    compared = 0
    for case, recorded, found in walked(reference):
        ends = re.fullmatch(r"\[(-?[0-9.]+), (-?[0-9.]+)\]", recorded.get("interval", "") or "")
        if found is None or ends is None or found.rule in WIDER:
            continue
        place = (case, recorded["what"], found)
        low, high = (float(one) for one in ends.groups())
        # Recorded to four decimals; the RMSEA of ours also spans n and n - 1.
        assert found.low == pytest.approx(low, abs=1.1e-4), place
        assert found.high == pytest.approx(high, abs=1.1e-4), place
        if "severity" in recorded:
            assert found.severity == recorded["severity"].split()[0], place
        compared += 1
    assert compared > 280


def test_no_case_gets_an_objection_that_nobody_recorded(reference: Path) -> None:
    extra = []
    for path in cases(reference):
        publication = load_publication(path)
        found = audit(publication)
        known = {id(matching(found, one["what"])) for one in publication.recorded["values"]}
        extra += [(path.name, one) for one in found.objections if id(one) not in known]
    assert not extra


def test_correlations_of_the_same_paper_show_that_a_column_was_overwritten(reference: Path) -> None:
    """The AVE of three constructs are their correlations with UX, which stand in the paper's other file."""
    tables = load_publication(reference / "published" / "a13_sqa_ux_deng2015.yaml")
    matrix = load_publication(reference / "published" / "r09_sqa_ux_tam_deng2015.yaml")
    together = replace(tables, variables=matrix.variables, matrix=matrix.matrix)
    (found,) = [one for one in audit(together).checks if one.rule == "copied_column"]
    assert (found.where, found.printed, found.verdict) == ("SQAI, AQ, ID", "0.53, 0.49, 0.34", "inconsistent")


def test_matrices_and_paths_of_cases_to_reproduce(reference: Path) -> None:
    """What the recorded findings of these cases say; nothing else is objected to."""
    folder = reference / "published"
    objections = {
        path.name[:3]: [
            (one.rule, one.where, one.printed) for one in audit(load_publication(path)).objections
        ]
        for path in sorted(folder.glob("r*.yaml"))
    }
    assert objections.pop("r06") == [("rmsea_recomputed", "fit", "0.059")]
    assert objections.pop("r10") == [("single_predictor_r2", "R2 of CU", "50.5%")]
    assert not any(objections.values()), objections


def test_every_note_is_told_in_chinese(reference: Path) -> None:
    from tam.report.reasons import told_reason

    notes = {
        one.note: path.name
        for path in sorted((reference / "published").glob("*.yaml"))
        for one in audit(load_publication(path)).checks
        if one.note
    }
    foreign = {note: name for note, name in notes.items() if told_reason(note, "zh") is None}
    assert set(foreign) == {"17*18/2 - (17 loadings + 17 errors + 6 correlations) = 113"} & set(foreign)
    assert len(notes) > 10
