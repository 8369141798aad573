"""``python -m benchmarks.convergence [--count 1000] [--lavaan] [--write]``: do searches end at the optimum?

Every sample of ``convergence_samples`` is fitted by tam, by semopy as it comes and with a tight tolerance;
lavaan's answers are stored in convergence_lavaan.json (``--lavaan`` makes them anew with R). A *failure* is a
converged flag on a chi-square more than ``LIMIT`` above the best minimum that any of them, or tam from
``MORE_STARTS`` random other starting points, has found for the same model and data. It is *silent* unless the
answer comes with a warning: lavaan's own; of tam that the solution is inadmissible or the likelihood higher
elsewhere.

semopy holds variances at zero or above; it is judged where the best solution has no negative variance.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.convergence_samples import SCENARIOS, Sample, digest, samples
from benchmarks.table import markdown
from tam.engine import Fit, fit_model
from tam.engine.optimiser import descend
from tam.errors import TamError

HERE = Path(__file__).resolve().parent
PEER = HERE / "convergence_lavaan.json"
RESULT = HERE / "convergence.json"
README = HERE / "README.md"
BEGIN, END = "<!-- convergence -->", "<!-- end of convergence -->"
#: Chi-square points: what nobody could see in print.
LIMIT = 0.01
MORE_STARTS = 10


def main() -> None:
    choices = argparse.ArgumentParser(description=__doc__)
    choices.add_argument("--count", type=int, default=1_000)
    choices.add_argument("--parts", type=int, default=2, help="processes that share the work")
    choices.add_argument("--lavaan", action="store_true", help="make lavaan's answers anew")
    choices.add_argument("--write", action="store_true", help="store convergence.json, table in README.md")
    chosen = choices.parse_args()
    some = list(samples(chosen.count))
    if chosen.lavaan:
        _ask_lavaan(some)
    with ProcessPoolExecutor(chosen.parts) as pool:
        found = dict(zip([one.key for one in some], pool.map(studied, some, chunksize=10)))
    text = summary(found)
    print(text)
    if chosen.write:
        RESULT.write_text(json.dumps({"digest": digest(some), "samples": found}) + "\n", encoding="utf-8")
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        README.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


@cache
def _stored() -> dict[str, Any]:
    return dict(json.loads(PEER.read_text(encoding="utf-8"))["samples"])


def studied(sample: Sample) -> dict[str, Any]:
    """What each engine found: {engine: {converged, chisq, told, seconds}}, scenario, best chi-square."""
    lavaan = _stored().get(str(sample.key), {})
    answer, others = ours(sample)
    answers = {"tam": answer, **_semopy(sample)}
    answers |= {f"lavaan {name}": _peer(one) for name, one in lavaan.items()}
    best = [one["chisq"] for one in answers.values() if one["converged"] and one["chisq"] is not None]
    best += others
    return {
        "scenario": sample.scenario,
        "n": len(sample.table),
        "answers": answers,
        "best": min(best) if best else None,
    }


def ours(sample: Sample) -> tuple[dict[str, Any], list[float]]:
    """Our answer, and what other starting points lead to where it converged."""
    begun = time.process_time()
    try:
        fit = fit_model(sample.model, sample.table)
    except TamError:
        return {"converged": False, "chisq": None, "told": True, "seconds": time.process_time() - begun}, []
    answer = {
        "converged": fit.converged,
        "chisq": chisq(fit),
        "told": not fit.admissible or _elsewhere(fit),
        "admissible": fit.admissible,
        "elsewhere": _elsewhere(fit),
        "proper": bool(_variances(fit).min() >= 0.0),
        "seconds": time.process_time() - begun,
    }
    return answer, from_other_starts(fit, sample.key) if fit.converged else []


def chisq(fit: Fit) -> float:
    return float(fit.n * fit.solution.minimum.point.value)


def _elsewhere(fit: Fit) -> bool:
    """Whether the answer says that the likelihood is higher elsewhere."""
    return any(one.code == "likelier-elsewhere" for one in fit.problems)


def _variances(fit: Fit) -> np.ndarray:
    rows = fit.estimates
    return rows.loc[(rows["op"] == "~~") & (rows["lhs"] == rows["rhs"]), "est"].to_numpy()


def from_other_starts(fit: Fit, seed: int) -> list[float]:
    """Certified chi-squares from the solution with every parameter moved, by up to its own size."""
    solution, rng = fit.solution, np.random.default_rng(seed)
    found = []
    for size in np.linspace(0.3, 1.0, MORE_STARTS):
        moved = fit.theta * (1.0 + size * rng.uniform(-1.0, 1.0, len(fit.theta)))
        other = descend(solution.objective, solution.space, moved)
        if other is not None and other.converged:
            found.append(float(fit.n * other.point.value))
    return found


def _semopy(sample: Sample) -> dict[str, dict[str, Any]]:
    """semopy with its defaults and with a tolerance of 1e-12; its chi-square is n F of the ML objective."""
    import semopy

    logging.getLogger().setLevel(logging.ERROR)
    out = {}
    for name, options in {"semopy": {}, "semopy tight": {"ftol": 1e-12, "maxiter": 10_000}}.items():
        begun = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = semopy.Model(sample.model)
                answer = model.fit(sample.table, options=options)
            value = float(answer.fun) * len(sample.table)
            one = {"converged": bool(answer.success), "chisq": value if np.isfinite(value) else None}
        except Exception:  # whatever it raises is its answer
            one = {"converged": False, "chisq": None}
        out[name] = one | {"told": not one["converged"], "seconds": time.process_time() - begun}
    return out


def _peer(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"converged": bool(one["converged"]), "chisq": one["chisq"], "told": one["warned"]}


def _ask_lavaan(some: Sequence[Sample]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = {str(one.key): one.model for one in some}
        (folder / "models.json").write_text(json.dumps(models), encoding="utf-8")
        for one in some:
            one.table.to_csv(folder / f"{one.key}.csv", index=False)
        command = ["Rscript", str(HERE / "convergence_lavaan.R"), str(folder), str(PEER)]
        subprocess.run(command, check=True)


def above(one: Mapping[str, Any], engine: str) -> float:
    """Chi-square above the best of a converged answer; 0 where it did not converge or cannot be judged."""
    answer, best = one["answers"].get(engine), one["best"]
    if answer is None or best is None or not answer["converged"] or answer["chisq"] is None:
        return 0.0
    bounded = engine.startswith("semopy") or engine == "lavaan bounded"
    if bounded and not one["answers"]["tam"].get("proper", False):
        return 0.0
    return max(0.0, float(answer["chisq"]) - float(best))


def summary(found: Mapping[int, Mapping[str, Any]]) -> str:
    engines = ["tam", "lavaan default", "lavaan bounded", "semopy", "semopy tight"]
    rows = []
    for engine in engines:
        answers = [one["answers"][engine] for one in found.values() if engine in one["answers"]]
        higher = [above(one, engine) for one in found.values()]
        told = [bool(one["answers"].get(engine, {}).get("told")) for one in found.values()]
        silent = [0.0 if known else value for value, known in zip(higher, told)]
        seconds = sorted(one["seconds"] for one in answers if "seconds" in one)
        rows.append(
            [
                engine,
                sum(not one["converged"] for one in answers),
                sum(value > LIMIT for value in higher) - sum(value > LIMIT for value in silent),
                *(sum(value > limit for value in silent) for limit in (LIMIT, 0.1, 1.0)),
                f"{max(silent):.3g}",
                *([f"{1e3 * seconds[len(seconds) // 2]:.0f} ms"] if seconds else [""]),
            ]
        )
    head = ["", "said: not converged", "higher, with a warning", "silent > .01", "> .1", "> 1", "worst"]
    head.append("median, processor")
    return "\n\n".join(
        [
            f"{len(found):,} samples, {len(SCENARIOS)} scenarios, n 50 to 150.",
            markdown(head, rows),
            _against_lavaan(found),
        ]
    )


def _against_lavaan(found: Mapping[int, Mapping[str, Any]]) -> str:
    rows = []
    for scenario in [*(one.name for one in SCENARIOS), None]:
        chosen = [one for one in found.values() if scenario in (None, one["scenario"])]
        pairs = [(one["answers"]["tam"], one["answers"].get("lavaan default")) for one in chosen]
        both = [(a, b) for a, b in pairs if b and a["converged"] and b["converged"]]
        near = sum(abs(a["chisq"] - b["chisq"]) <= LIMIT for a, b in both)
        lower = sum(a["chisq"] < b["chisq"] - LIMIT for a, b in both)
        higher = sum(a["chisq"] > b["chisq"] + LIMIT for a, b in both)
        only_us = sum(bool(b) and a["converged"] and not b["converged"] for a, b in pairs)
        only_lavaan = sum(bool(b) and b["converged"] and not a["converged"] for a, b in pairs)
        neither = sum(bool(b) and not b["converged"] and not a["converged"] for a, b in pairs)
        elsewhere = sum(a["converged"] and a.get("elsewhere", False) for a, _ in pairs)
        improper = sum(a["converged"] and not a.get("admissible", True) for a, _ in pairs)
        rows.append(
            [
                scenario or "all",
                len(chosen),
                f"{near} of {len(both)}",
                lower,
                higher,
                only_us,
                only_lavaan,
                neither,
                improper,
                elsewhere,
            ]
        )
    head = ["scenario", "samples", "same optimum as lavaan", "tam lower", "tam higher"]
    head += ["only tam converged", "only lavaan", "neither", "told inadmissible", "told: likelier elsewhere"]
    return markdown(head, rows)


if __name__ == "__main__":
    main()
