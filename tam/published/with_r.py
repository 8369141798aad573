"""A second opinion from R: lavaan fits the exported models, and both answers stand side by side.

R runs a script that is written here, in a folder of its own, from models that were parsed and printed again:
lavaan evaluates the expressions of a model as R code, so no text of a stranger reaches it unread.
"""

from __future__ import annotations

import csv
import io
import math
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tam.analysis.export_expected import CLOSE, CLOSE_CHISQ
from tam.errors import Problem, TamError, Where, problem
from tam.published.pack import Pack, PackModel
from tam.writing import write_files

TIMEOUT = 300
"""Seconds for all models together."""
LARGEST_ANSWER = 5_000_000
"""Bytes of a table that R wrote."""
MEASURES = ("npar", "chisq", "df")


@dataclass(frozen=True, slots=True)
class PeerRow:
    """One parameter by both; ``apart`` in our standard errors, ``wider`` the relative difference of the
    standard errors (null without one)."""

    lhs: str
    op: str
    rhs: str
    est: float
    se: float
    peer_est: float
    peer_se: float
    apart: float
    wider: float


@dataclass(frozen=True, slots=True)
class PeerMeasure:
    name: str
    value: float
    peer: float
    difference: float


@dataclass(frozen=True, slots=True)
class PeerModel:
    """One model: free parameters by both, measures, the largest differences, whether all are small."""

    name: str
    title: str
    rows: tuple[PeerRow, ...]
    measures: tuple[PeerMeasure, ...]
    largest_apart: float
    largest_wider: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class Peer:
    """lavaan's opinion."""

    engine: str
    version: str
    r: str
    models: tuple[PeerModel, ...]
    problems: tuple[Problem, ...]


def ask_lavaan(pack: Pack, file: str) -> Peer:
    """Fit every model of a pack with lavaan. Raises TamError where there is no R or it does not finish."""
    program = shutil.which("Rscript")
    if program is None:
        raise TamError(problem("r-not-found"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files({folder / one: text for one, text in _files(pack).items()})
        _run(program, folder)
        versions = {row["name"]: row["value"] for row in _rows(folder / "versions.csv")}
        models = tuple(_model(one, folder) for one in pack.models)
    version = versions.get("lavaan", "-")
    problems = [found for one in models for found in _disagreement(one, version, file)]
    return Peer("lavaan", version, versions.get("R", "-"), models, tuple(problems))


def _files(pack: Pack) -> dict[str, str]:
    models = {f"model_{at}.lav": one.text for at, one in enumerate(pack.models)}
    return {"answers.csv": pack.answers, **models, "run.R": script(pack)}


def script(pack: Pack) -> str:
    """The script that R runs: names of files are numbers, settings are words of a closed list."""
    settings = [f'estimator = "{pack.estimator}"']
    settings += ["meanstructure = TRUE"] if pack.meanstructure else []
    settings += ["std.lv = TRUE"] if pack.std_lv else []
    lines = [
        "library(lavaan)",
        'answers <- read.csv("answers.csv", check.names = FALSE)',
        'versions <- c(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")))',
        'write.csv(data.frame(name = names(versions), value = versions), "versions.csv", row.names = FALSE)',
        "table <- function(fit, at) {",
        "  rows <- as.data.frame(parameterEstimates(fit, standardized = FALSE))",
        '  rows <- rows[, c("lhs", "op", "rhs", "est", "se")]',
        "  rows$est <- sprintf('%.17g', rows$est); rows$se <- sprintf('%.17g', rows$se)",
        '  write.csv(rows, paste0("found_", at, ".csv"), row.names = FALSE)',
        f"  values <- fitMeasures(fit, c({', '.join(repr(one) for one in MEASURES)}))",
        "  values <- data.frame(name = names(values), value = sprintf('%.17g', as.numeric(values)))",
        '  write.csv(values, paste0("measures_", at, ".csv"), row.names = FALSE)',
        "}",
    ]
    lines += [
        f'table(sem(paste(readLines("model_{at}.lav"), collapse = "\\n"), data = answers, '
        f"{', '.join(settings)}), {at})"
        for at in range(len(pack.models))
    ]
    return "\n".join(lines) + "\n"


def _run(program: str, folder: Path) -> None:
    """R in a group of processes of its own, ended whole when it takes too long."""
    with (folder / "said.txt").open("wb") as said:
        child = subprocess.Popen(
            [program, "--vanilla", "run.R"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            code = child.wait(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise TamError(problem("r-failed", reason=f"it took more than {TIMEOUT} s")) from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    if code:
        words = (folder / "said.txt").read_bytes()[-2000:].decode("utf-8", "replace").split("\n")
        told = [line.strip() for line in words if line.strip() and "Execution halted" not in line]
        raise TamError(problem("r-failed", reason=" ".join(told[-2:])[-300:] or f"exit code {code}"))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > LARGEST_ANSWER:
            raise TamError(problem("r-failed", reason=f"{path.name} is too large"))
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"))))
    except (OSError, UnicodeDecodeError) as fault:
        raise TamError(problem("r-failed", reason=f"{path.name}: {type(fault).__name__}")) from None


def _model(model: PackModel, folder: Path) -> PeerModel:
    at = model.number
    found = {(row["lhs"], row["op"], row["rhs"]): row for row in _rows(folder / f"found_{at}.csv")}
    rows = tuple(_compared(model, found))
    known = {row["name"]: _number(row["value"]) for row in _rows(folder / f"measures_{at}.csv")}
    measures = tuple(
        PeerMeasure(name, value, known[name], abs(known[name] - value) / max(1.0, abs(value)))
        for name, value in model.measures.items()
        if math.isfinite(known.get(name, math.nan))
    )
    apart = max((one.apart for one in rows), default=math.inf)
    wider = max((one.wider for one in rows), default=math.inf)
    close = all(one.difference <= CLOSE_CHISQ for one in measures) and bool(measures)
    agrees = apart < CLOSE and wider < CLOSE and close
    return PeerModel(model.name, model.title, rows, measures, apart, wider, agrees)


def _compared(model: PackModel, found: Mapping[tuple[str, str, str], Mapping[str, str]]) -> Iterator[PeerRow]:
    """Free parameters; lavaan may name a covariance the other way round."""
    for lhs, op, rhs, est, se in model.rows:
        if not se > 0:
            continue
        row = found.get((lhs, op, rhs), found.get((rhs, op, lhs)) if op == "~~" else None)
        if row is None:
            raise TamError(problem("r-failed", reason=f"lavaan has no parameter {lhs} {op} {rhs}"))
        peer_est, peer_se = _number(row["est"]), _number(row["se"])
        if not (math.isfinite(peer_est) and math.isfinite(peer_se)):
            raise TamError(problem("r-failed", reason=f"lavaan has no value for {lhs} {op} {rhs}"))
        yield PeerRow(
            lhs, op, rhs, est, se, peer_est, peer_se, abs(peer_est - est) / se, abs(peer_se / se - 1.0)
        )


def _number(text: str) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def _disagreement(model: PeerModel, version: str, file: str) -> list[Problem]:
    if model.agrees:
        return []
    worst = max(model.rows, key=lambda one: max(one.apart, one.wider))
    told: Sequence[object] = (f"{worst.lhs} {worst.op} {worst.rhs}", worst.est, worst.peer_est)
    if max(worst.apart, worst.wider) < CLOSE:
        measure = max(model.measures, key=lambda one: one.difference)
        told = (measure.name, measure.value, measure.peer)
    place, ours, theirs = told
    where = Where(file)
    return [
        problem(
            "r-disagrees", where, version=version, model=model.name, place=place, ours=ours, theirs=theirs
        )
    ]
