"""One record of a publication, its reproduction and its audit: what the reviewer's report is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam import __version__
from tam.published.printed import parse_printed
from tam.published.publication import PrintedPath, PrintedValue, Publication
from tam.published.verdicts import CAME_OUT, DIFFERS
from tam.record import to_record

SCHEMA = "tam-review/0.1"


def review_record(
    publication: Publication,
    reproduction: Mapping[str, Any] | None,
    audit: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """``reproduction`` and ``audit`` as ``tam reproduce`` and ``tam audit`` print them; None: not done."""
    return {
        "schema": SCHEMA,
        "publication": to_record(_about(publication)),
        "reproduction": None if reproduction is None else _with_numbers(reproduction),
        "audit": audit,
        "tam": __version__,
    }


def _with_numbers(reproduction: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the number that each prints, so that nobody has to read it again, and how many were
    computed and differ."""
    values = [
        {**one, "printed_value": parse_printed(str(one["printed"])).value} for one in reproduction["values"]
    ]
    verdicts = [str(one["verdict"]) for one in values]
    counts = {
        "computed": sum(one in CAME_OUT or one in DIFFERS for one in verdicts),
        "differing": sum(one in DIFFERS for one in verdicts),
    }
    return {**reproduction, "values": values, "counts": counts}


def _about(one: Publication) -> dict[str, Any]:
    """What identifies the paper, and which kinds of numbers are written down from it."""
    return {
        "key": one.key,
        "title": one.title,
        "authors": one.authors,
        "year": one.year,
        "url": one.url,
        "doi": one.doi,
        "where_read": one.where_read,
        "software": one.software,
        "n": one.n,
        "n_text": one.n_text,
        "simulated": one.simulated,
        "file": one.file,
        "digest": one.digest,
        "model": one.model,
        "written_down": written_down(one),
    }


def written_down(one: Publication) -> dict[str, bool | None]:
    """Which of the things that a reader needs are among the printed numbers; None where there is no such
    thing to print: indirect effects without mediators, group sizes without groups."""
    fits = {name for fit in one.fits for name in fit.measures} | set(one.printed_fit)
    paths: list[PrintedValue | PrintedPath] = [*one.printed, *one.paths]
    return {
        "sample_size": one.n is not None,
        "exclusions": any(sample.collected or sample.excluded for sample in one.samples),
        "matrix": bool(one.matrix),
        "means_sds": bool(one.sds) and bool(one.means),
        "model": bool(one.model),
        "loadings": any(construct.loadings for construct in one.constructs),
        "reliability": bool(one.alpha or one.composite_reliability or one.constructs),
        "chisq_df": {"chisq", "df"} <= fits,
        "absolute_fit": bool(fits & {"rmsea", "srmr", "gfi"}),
        "incremental_fit": bool(fits & {"cfi", "tli", "nfi", "ifi"}),
        "estimates": bool(paths),
        "both_scales": any(isinstance(value, PrintedValue) and value.std for value in paths)
        or any(isinstance(value, PrintedPath) and value.b and value.beta for value in paths),
        "uncertainty": any(value.se or value.t or value.p for value in paths),
        "explained_variance": any(value.op == "R2" for value in one.printed),
        "indirect": bool(one.printed_indirect or one.products) if _mediated(one) else None,
        "software": bool(one.software),
    }


def _mediated(one: Publication) -> bool:
    """Whether some outcome predicts another variable."""
    values = [value for value in one.printed if value.op == "~"]
    outcomes, predictors = {value.lhs for value in values}, {value.rhs for value in values}
    return bool(outcomes & predictors or one.printed_indirect or one.products)
