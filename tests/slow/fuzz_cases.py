"""Random model texts and random tables, each from its own seed, and what must hold of every answer."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tam.engine import Fit, Moments, fit_model
from tam.engine.lower_minima import possible
from tam.engine.optimiser import descend
from tam.errors import TamError

LATENTS = ("A", "B", "C", "D")
ITEMS = tuple(f"{latent.lower()}{k}" for latent in LATENTS for k in (1, 2, 3))
OTHERS = ("x", "y", "absent", "题1", "A:B", "a1:b1", "NA", "group", "1")
DEFINITIONS = ("a*b", "a/k", "log(a)", "sqrt(b)-1", "a^b", "1/0", "zz")
SIDES = ("b", "0", "0.5", "2*k", "a")
#: Seconds of processor time after which a case counts as hung; an ordinary one needs some hundredths.
LIMIT_SECONDS = 60
#: Random other starts from which a lower minimum is sought.
RESTARTS = 6
#: Chi-square points by which a certified optimum may lie above one found from another start.
LIMIT_CHISQ = 0.01


class Hung(BaseException):
    """A case took longer than ``LIMIT_SECONDS``; no handler of errors may swallow it."""


@contextmanager
def time_limit(seconds: float = LIMIT_SECONDS) -> Iterator[None]:
    def stop(signum: int, frame: Any) -> None:
        raise Hung

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def factor_table(seed: int, n: int = 80) -> pd.DataFrame:
    """Four correlated factors of three items, two observed variables: most sound models fit it."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(n)
    table: dict[str, Any] = {}
    for latent in LATENTS:
        factor = 0.6 * common + 0.8 * rng.standard_normal(n)
        for k in (1, 2, 3):
            score = rng.uniform(0.5, 0.9) * factor + 0.6 * rng.standard_normal(n)
            table[f"{latent.lower()}{k}"] = score * 10.0 ** rng.integers(-1, 3)
    table["x"] = rng.standard_normal(n) + 0.4 * common
    table["y"] = 0.5 * table["x"] + 0.5 * common + rng.standard_normal(n)
    table["group"] = np.where(rng.random(n) < 0.5, "eins", "zwei")
    return pd.DataFrame(table)


# --- model texts


def model_text(seed: int) -> str:
    """A random model: two thirds well-formed, one third then spoilt."""
    rng = np.random.default_rng((7, seed))
    text = _sound_model(rng)
    return text if rng.random() < 0.67 else _spoilt(text, rng)


def _sound_model(rng: np.random.Generator) -> str:
    chosen = [name for name in LATENTS if rng.random() < 0.7] or ["A"]
    lines = [f"{name} =~ " + _loadings(name, rng) for name in chosen]
    for place, outcome in enumerate(chosen):
        causes = [name for name in chosen[:place] if rng.random() < 0.6]
        causes += [name for name in ("x", "y", "a1", "b2") if rng.random() < 0.1]
        if causes:
            lines.append(f"{outcome} ~ " + " + ".join(_modified(name, rng) for name in causes))
    for _ in range(rng.integers(0, 4)):
        lines.append(_statement(chosen, rng))
    return _joined(lines, rng)


def _loadings(latent: str, rng: np.random.Generator) -> str:
    own = [f"{latent.lower()}{k}" for k in (1, 2, 3)][: rng.integers(1, 4)]
    if rng.random() < 0.15:
        own.append(str(rng.choice(ITEMS)))
    if rng.random() < 0.05:
        own.append(str(rng.choice(LATENTS)))
    return " + ".join(_modified(name, rng) for name in own)


def _modified(name: str, rng: np.random.Generator) -> str:
    draw = rng.random()
    if draw > 0.3:
        return name
    modifiers = ("a", "b", "k", "NA", "1", "0", "0.5", "-1", "start(0.8)", "start(1e9)", "c(a,b)", "1e-300")
    return f"{rng.choice(modifiers)}*{name}"


def _statement(chosen: list[str], rng: np.random.Generator) -> str:
    names = [*chosen, *ITEMS, "x", "y", *(OTHERS if rng.random() < 0.1 else ())]
    left, right = (str(rng.choice(names)) for _ in range(2))
    forms = (
        f"{left} ~~ {_modified(right, rng)}",
        f"{left} ~~ {_modified(left, rng)}",
        f"{left} ~ {_modified(right, rng)}",
        f"{left} ~ {_modified('1', rng)}",
        f"{left} =~ {_modified(right, rng)}",
        f"{rng.choice(['i', 't'])} := {rng.choice(DEFINITIONS)}",
        f"{rng.choice(['a', 'b', 'k'])} {rng.choice(['==', '<', '>'])} {rng.choice(SIDES)}",
        f"{left} ~ a*{right} + b*{rng.choice(names)}",
        f"{left} | t1",
    )
    return str(rng.choice(forms))


def _joined(lines: list[str], rng: np.random.Generator) -> str:
    rng.shuffle(lines)
    between = ("\n", "\n", "\n", "; ", "\n\n", " # why\n", "  \r\n")
    return "".join(line + str(rng.choice(between)) for line in lines)


def _spoilt(text: str, rng: np.random.Generator) -> str:
    """Characters taken out, put in and exchanged."""
    signs = list("=~+*|:<>()[]{}'\"\\;#!,.^/-_ \n\t\0 中é０ａ\u202e\ufeff9aZ%$@&")
    for _ in range(rng.integers(1, 6)):
        at = int(rng.integers(0, len(text) + 1))
        to = min(len(text), at + int(rng.integers(0, 4)))
        piece = "".join(rng.choice(signs, rng.integers(0, 3)))
        if rng.random() < 0.1:
            piece = text[at : at + 40] * int(rng.integers(1, 4))
        text = text[:at] + piece + text[to:]
    return text


# --- tables

CFA = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A"
TABLE_MODELS = (CFA, CFA + "\nB ~ x", "a1 ~ x + y\nb1 ~ a1", "A =~ a1 + a2 + a3\nA ~ 1\na1 ~ 0*1")


def random_table(seed: int) -> tuple[str, Any]:
    """A model and a table with up to four faults; now and then moments instead."""
    rng = np.random.default_rng((11, seed))
    n = int(rng.choice([0, 1, 2, 6, 7, 8, 12, 30, 60, 120]))
    table = factor_table(int(rng.integers(1_000_000)), n).drop(columns="group")
    for _ in range(rng.integers(0, 5)):
        table = _with_fault(table, rng)
    model = str(rng.choice(TABLE_MODELS))
    if rng.random() < 0.15:
        return model, _moments(table, rng)
    return model, table


def _with_fault(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    table = table.copy()
    name, other = (str(one) for one in rng.choice(ITEMS[:6], 2))
    if name not in table.columns or table.columns.duplicated().any():
        return table
    column = table[name]
    faults = {
        "constant": lambda: table.assign(**{name: 3.0}),
        "missing": lambda: table.assign(**{name: np.nan}),
        "holes": lambda: table.mask(pd.DataFrame(rng.random(table.shape) < 0.1, table.index, table.columns)),
        "infinite": lambda: table.assign(**{name: np.where(rng.random(len(table)) < 0.1, np.inf, column)}),
        "text": lambda: table.assign(**{name: column.astype(str)}),
        "words": lambda: table.assign(**{name: "agree"}),
        "twice": lambda: pd.concat([table, table[[name]]], axis=1),
        "copy": lambda: table.assign(**{name: table.get(other, column)}),
        "sum": lambda: table.assign(**{name: table[[c for c in table.columns if c != name]].sum(axis=1)}),
        "huge": lambda: table.assign(**{name: column * 1e150}),
        "tiny": lambda: table.assign(**{name: column * 1e-160}),
        "far": lambda: table.assign(**{name: column + 1e12}),
        "gone": lambda: table.drop(columns=name),
        "nullable": lambda: table.assign(**{name: column.round().astype("Int64")}),
        "category": lambda: table.assign(**{name: column.round().astype("category")}),
        "boolean": lambda: table.assign(**{name: column > 0}),
        "date": lambda: table.assign(**{name: pd.Timestamp("2024-01-01")}),
        "complex": lambda: table.assign(**{name: column.to_numpy() + 1j}),
        "objects": lambda: table.assign(**{name: [[1]] * len(table)}),
        "rows": lambda: table.iloc[: int(rng.integers(0, len(table) + 1))],
        "same rows": lambda: pd.concat([table] * 2),
        "integers": lambda: table.round().astype("int8", errors="ignore"),
        "numbers as names": lambda: table.rename(columns={name: 5}),
        "outlier": lambda: table.assign(**{name: np.where(np.arange(len(table)) == 0, 1e8, column)}),
        "two values": lambda: table.assign(**{name: (np.arange(len(table)) == 0) * 1.0}),
    }
    try:
        return faults[str(rng.choice(list(faults)))]()
    except (TypeError, ValueError, OverflowError):  # this fault cannot be laid over the ones before it
        return table


def _moments(table: pd.DataFrame, rng: np.random.Generator) -> Moments:
    numbers = table.select_dtypes("number")
    with np.errstate(all="ignore"):
        covariance = (
            np.atleast_2d(np.cov(numbers.to_numpy(dtype=float).T)) if len(numbers) > 1 else np.zeros((1, 1))
        )
    if rng.random() < 0.3 and len(covariance) > 1:
        covariance = covariance.copy()
        covariance[0, 1] = rng.choice([np.nan, np.inf, 1e9, -1e9])
    means = None if rng.random() < 0.5 else numbers.mean().to_numpy(dtype=float)
    nobs = int(rng.choice([-1, 0, 1, 5, 50, 10**9]))
    return Moments(tuple(str(name) for name in numbers.columns), covariance, means, nobs)


# --- what must hold


def answer(model: str, data: Any, **options: Any) -> tuple[Fit | None, list[str]]:
    """The fit or None where it was refused; what is wrong with the answer, in words."""
    try:
        with time_limit():
            fit = fit_model(model, data, **options)
            record = fit.to_dict()
    except TamError:
        return None, []
    except Hung:
        return None, [f"hung for {LIMIT_SECONDS} s"]
    except Exception as fault:
        place = traceback.extract_tb(fault.__traceback__)[-1]
        own = [one for one in traceback.extract_tb(fault.__traceback__) if "/tam/" in one.filename] or [place]
        at = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
        return None, [f"{type(fault).__name__} at {at}: {fault}"]
    found = [f"not finite: {name}" for name, value in _numbers(record) if not np.isfinite(value)]
    with time_limit():
        return fit, found + (optimum_faults(fit) if fit.converged else [])


def _numbers(record: Any, name: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(record, dict):
        for key, value in record.items():
            yield from _numbers(value, f"{name}.{key}")
    elif isinstance(record, list | tuple):
        for at, value in enumerate(record):
            yield from _numbers(value, f"{name}[{at}]")
    elif isinstance(record, float):
        yield name, record


def optimum_faults(fit: Fit) -> list[str]:
    """Is F at its lowest? By its values alone: along many directions, and from a second start."""
    solution = fit.solution
    objective, space, here = solution.objective, solution.space, solution.minimum.point
    if not space.basis.size:
        return []
    found = []
    for direction in _directions(fit):
        for size in (1e-3, 1e-1):
            values = [objective.evaluate(here.theta + way * size * direction) for way in (1.0, -1.0)]
            known = [one.value for one in values if one is not None]
            if known and min(known) < here.value - 1e-10 * max(1.0, abs(here.value)):
                found.append(f"F falls by {here.value - min(known):.3g} beside the optimum")
    told = {one.code for one in solution.problems}
    if "bound-active" not in told:
        other = _lowest(fit, possible_only="likelier-elsewhere" in told)
        above = solution.n * (here.value - other)
        if above > LIMIT_CHISQ:
            found.append(
                f"another start: chi-square lower by {above:.4g}, from {solution.n * here.value:.6g}"
            )
    return found[:3]


def _directions(fit: Fit) -> Iterator[np.ndarray]:
    """Steps of one standard error (of a case): along each free direction, and some random mixtures."""
    space, objective = fit.solution.space, fit.solution.objective
    curvature = space.basis.T @ objective.information(fit.solution.minimum.point) @ space.basis
    steps = 1.0 / np.sqrt(np.maximum(np.diag(curvature), 1e-300))
    for at, step in enumerate(steps):
        yield space.basis[:, at] * step
    rng = np.random.default_rng(5)
    for _ in range(5):
        yield space.basis @ (steps * rng.standard_normal(len(steps))) / np.sqrt(len(steps))


def _lowest(fit: Fit, possible_only: bool) -> float:
    """The lowest certified F from the optimum with every parameter moved, ``RESTARTS`` times.

    A minimum with a negative variance counts too, unless the answer has told that there is one.
    """
    solution = fit.solution
    rng = np.random.default_rng(9)
    lowest = solution.minimum.point.value
    for size in np.linspace(0.3, 1.0, RESTARTS):
        moved = fit.theta * (1.0 + size * rng.uniform(-1.0, 1.0, len(fit.theta)))
        found = descend(solution.objective, solution.space, moved)
        if found is None or not found.converged or not _within_bounds(fit, found.point.theta):
            continue
        if not possible_only or possible(found.point):
            lowest = min(lowest, found.point.value)
    return float(lowest)


def _within_bounds(fit: Fit, theta: np.ndarray) -> bool:
    bounds = fit.solution.compiled.relations.inequalities
    return all(float(one.coefficients @ theta) + one.constant >= 0.0 for one in bounds)
