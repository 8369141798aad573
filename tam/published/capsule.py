"""Results recomputed from a capsule of sufficient statistics: no respondent's answers are needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.analysis.capsule import CANNOT, FROM_MOMENTS, STRUCTURE, moderated_models
from tam.errors import TamError, Unavailable, Where, problem
from tam.published.capsule_fit import refitted
from tam.published.capsule_parts import Parts, read_parts
from tam.published.comparing import Comparison, compare
from tam.published.verification import NotRecomputed
from tam.record import to_record

if TYPE_CHECKING:
    from tam.engine.fit import Fit
    from tam.spec.model import Moderation

#: Numbers of an effect that do not rest on resampling.
OF_AN_EFFECT = ("predictor", "outcome", "est", "se", "z", "p", "std", "via")
OF_A_SLOPE = ("at", "moderator", "moderator_scale", "est", "se", "z", "p", "ci_low", "ci_high", "std")
OF_AN_INTERACTION = ("est", "se", "z", "p", "ci_low", "ci_high", "std", "std_naive")
NO_SCORES = "its robust standard errors and scaled tests need scores that the capsule does not hold"
NO_PRODUCTS = "its product indicators are not in the capsule"


def recompute(results: Mapping[str, Any], file: str) -> tuple[Comparison, tuple[NotRecomputed, ...]]:
    """What follows from the capsule, compared with what the results say; and what does not follow.

    Raises TamError where the capsule or the model in the results cannot be read.
    """
    try:
        found, missing = recomputed(results, file)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
        reason = f"{type(fault).__name__}: {fault}"
        raise TamError(problem("capsule-damaged", Where(file), reason=reason)) from None
    pairs = [(pruned(results.get(name), part), name, part) for name, part in found.items()]
    stored = {name: own for own, name, _ in pairs}
    return compare(stored, {name: part for _, name, part in pairs}), tuple(missing)


def recomputed(results: Mapping[str, Any], file: str) -> tuple[dict[str, Any], list[NotRecomputed]]:
    """The parts of the results that follow from their capsule, in the shape of the results."""
    parts = read_parts(results, file)
    found: dict[str, Any] = {"study": {"model": {"lavaan": parts.model.to_lavaan()}}}
    missing = [NotRecomputed(name, reason) for name, reason in CANNOT.items()]
    if parts.options.estimator not in FROM_MOMENTS:
        raise TamError(problem("capsule-damaged", Where(file), reason=f"estimator {parts.options.estimator}"))
    fit = refitted(parts, parts.model.to_lavaan(), STRUCTURE)
    if fit is None:
        missing.append(NotRecomputed("structure", NO_SCORES))
    else:
        found["structure"] = _structure(fit, results)
        effects = _effects(parts, fit, results)
        if effects is not None:
            found["effects"] = effects
    analyses, absent = _moderations(parts, results)
    missing += absent
    if any(analyses):
        found["moderation"] = {"analyses": analyses}
    measurement = _measurement(parts, results)
    if measurement:
        found["measurement"] = measurement
    means = _group_means(parts, results)
    if means is not None:
        found["comparison"] = means
    return found, missing


def pruned(stored: Any, found: Any) -> Any:
    """The stored value cut down to the keys that were recomputed, rows of lists by their place."""
    if isinstance(stored, Mapping) and isinstance(found, Mapping):
        return {name: pruned(stored[name], one) for name, one in found.items() if name in stored}
    if isinstance(stored, list) and isinstance(found, list):
        short = [pruned(one, two) for one, two in zip(stored, found)]
        return short + stored[len(found) :]
    return stored


def _structure(fit: Fit, results: Mapping[str, Any]) -> dict[str, Any]:
    record = _plain(fit.to_dict())
    del record["problems"]  # told in words
    rows = [row for row in record["estimates"] if row["op"] == "~"]
    record["hypotheses"] = [
        _hypothesis(one, rows) for one in _list(_mapping(results["structure"]).get("hypotheses"))
    ]
    return record


def _hypothesis(stored: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The numbers of a verdict that rests on one path of the structural model."""
    from tam.spec.model import parse_path

    asked = _mapping(stored)
    steps = parse_path(str(asked.get("path"))) if asked.get("source") == "structure" else None
    if steps is None or len(steps) != 1:
        return {}
    ends = (steps[0].outcome, steps[0].predictor)
    row = next((one for one in rows if (one["lhs"], one["rhs"]) == ends), None)
    return {} if row is None else {name: row[name] for name in ("est", "se", "p", "ci_low", "ci_high", "std")}


def _effects(parts: Parts, fit: Fit, results: Mapping[str, Any]) -> dict[str, Any] | None:
    from tam.analysis.effects import effects

    stored = results.get("effects")
    if not isinstance(stored, Mapping) or not fit.converged:
        return None
    resampled = _mapping(stored.get("interval")).get("method") != "delta"
    record = to_record(effects(parts.model, fit, None, draws=0, ci=parts.options.ci))
    kinds = ("direct", "indirect", "total_indirect", "total")
    names = (*OF_AN_EFFECT, *(() if resampled else ("ci_low", "ci_high", "std_ci_low", "std_ci_high")))
    return {kind: [{name: row[name] for name in names} for row in record[kind]] for kind in kinds}


def _moderations(
    parts: Parts, results: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[NotRecomputed]]:
    stored = _list(_mapping(results.get("moderation")).get("analyses"))
    found: list[dict[str, Any]] = []
    missing = []
    for at, (path, text) in enumerate(zip(parts.model.moderations, moderated_models(parts.model))):
        made = _moderation(parts, path, text, at, _mapping(stored[at]) if at < len(stored) else {})
        if isinstance(made, Unavailable):
            missing.append(NotRecomputed(f"moderation.analyses.{at}", made.reason))
        found.append({} if isinstance(made, Unavailable) else made)
    return found, missing


def _moderation(
    parts: Parts, path: Moderation, text: str, at: int, stored: Mapping[str, Any]
) -> dict[str, Any] | Unavailable:
    expansion = parts.expansion(text)
    if expansion is None:
        return Unavailable(NO_PRODUCTS)
    from tam.engine.syntax import print_model

    fit = refitted(parts, print_model(expansion.syntax), f"moderation.{at}")
    if fit is None:
        return Unavailable(NO_SCORES)
    if not fit.converged:
        return {"converged": False}
    record = _interaction(parts, fit, expansion, path)
    ours = _list(_mapping(stored.get("triangulation")).get("estimates"))
    if ours and parts.options.interaction == "dblcent":
        estimates = [_triangulated(parts, path, text, at, _mapping(one)) for one in ours]
        record["triangulation"] = {"estimates": estimates}
    return record


def _interaction(parts: Parts, fit: Fit, expansion: Any, path: Moderation) -> dict[str, Any]:
    """The coefficient of one interaction, the slopes, the size and the measures of its model."""
    from tam.analysis.moderation_slopes import moderated_path, simple_slopes
    from tam.analysis.probing import interaction_size

    product = expansion.products[0]
    record: dict[str, Any] = _coefficient(fit, expansion, path)
    at_means = parts.at_means()
    moderated = moderated_path(fit, at_means, path.predictor, path.moderator, path.outcome)
    slopes = to_record({"slopes": simple_slopes(moderated, parts.options.ci)})["slopes"]
    record |= {
        "indicators": list(product.indicators),
        "n": fit.n,
        "converged": fit.converged,
        "admissible": fit.admissible,
        "measures": _plain(fit.to_dict())["measures"],
        "moderator_range": {
            "sd": moderated.moderator_place.sd,
            "mean": moderated.moderator_place.mean,
        },
        "slopes": [{name: one[name] for name in OF_A_SLOPE} for one in slopes],
    }
    size = interaction_size(fit, path.outcome, f"{path.predictor}:{path.moderator}")
    return record if isinstance(size, Unavailable) else record | {"effect_size": asdict(size)}


def _coefficient(fit: Fit, expansion: Any, path: Moderation) -> dict[str, Any]:
    from tam.engine.products_standardised import standardised_interactions

    name = f"{path.predictor}:{path.moderator}"
    row = next(
        at for at, one in enumerate(fit.table.rows) if (one.lhs, one.op, one.rhs) == (path.outcome, "~", name)
    )
    standard = next(
        one for one in standardised_interactions(fit, expansion.products) if one.outcome == path.outcome
    )
    columns = fit.columns
    found = {key: float(getattr(columns, key)[row]) for key in ("est", "se", "z", "p", "ci_low", "ci_high")}
    found |= {"std": standard.std, "std_naive": standard.std_naive}
    return {key: value if np.isfinite(value) else None for key, value in found.items()}


def _triangulated(
    parts: Parts, path: Moderation, text: str, at: int, stored: Mapping[str, Any]
) -> dict[str, Any]:
    """The estimators of the table that use the same products: all pairs, matched pairs, robust errors."""
    pairs = {"dblcent": "all", "dblcent_matched": "matched", "dblcent_robust": "all"}
    name = stored.get("estimator")
    if name not in pairs or parts.options.pairs != "all":
        return {}
    expansion = parts.expansion(text, pairs[name])
    if expansion is None:
        return {}
    from tam.engine.syntax import print_model

    robust = name == "dblcent_robust"
    wanted = f"moderation.{at}" if robust else None
    estimator = "MLR" if robust else "ML"
    fit = refitted(parts, print_model(expansion.syntax), wanted, estimator, plain=True)
    if fit is None or not fit.converged:
        return {}
    found = _coefficient(fit, expansion, path)
    return {key: found[key] for key in ("est", "se", "p", "ci_low", "ci_high", "std")} | {"n": fit.n}


def _measurement(parts: Parts, results: Mapping[str, Any]) -> dict[str, Any]:
    """Validity ratios and sphericity, where the model reads the very items that were measured."""
    from tam.stats import dimensionality
    from tam.stats.descriptives import correlation_matrix
    from tam.stats.validity import htmt, htmt2

    stored = _mapping(results["measurement"])
    constructs = dict(parts.model.measurement)
    items = [item for own in constructs.values() for item in own]
    if stored.get("n_complete") != parts.n or set(items) != set(parts.answers) or parts.model.observed:
        return {}
    correlation = correlation_matrix(parts.moments(items).covariance)
    ends = np.cumsum([len(own) for own in constructs.values()])
    blocks = {
        name: range(int(end) - len(own), int(end)) for (name, own), end in zip(constructs.items(), ends)
    }
    adequacy = dimensionality.kmo(correlation)
    found: dict[str, Any] = {
        "n_complete": parts.n,
        "htmt": htmt(correlation, blocks),
        "htmt2": htmt2(correlation, blocks),
        "bartlett": dimensionality.bartlett_sphericity(correlation, parts.n),
    }
    if not isinstance(adequacy, Unavailable):
        found["kmo"] = {"overall": adequacy.overall, "items": dict(zip(items, adequacy.items))}
    record = to_record(found)
    del record["unavailable"]
    return record


def _group_means(parts: Parts, results: Mapping[str, Any]) -> dict[str, Any] | None:
    """Means and deviations of construct scores in the groups that the capsule holds and where nobody else was
    scored."""
    groupings = _list(_mapping(results.get("comparison")).get("groupings"))
    if not parts.groups or not groupings:
        return None
    found = [
        {"constructs": [_means_of(parts, _mapping(grouping).get("by"), one) for one in rows]}
        for grouping in groupings
        for rows in [_list(_mapping(grouping).get("constructs"))]
    ]
    return {"groupings": found}


def _means_of(parts: Parts, by: Any, stored: Any) -> dict[str, Any]:
    name, means = _mapping(stored).get("construct"), _mapping(_mapping(stored).get("means"))
    weights = parts.weights(str(name))
    found = {}
    for group, row in means.items():
        moments = parts.groups.get((str(by), str(group)))
        if moments is None or not weights or _mapping(row).get("n") != moments.nobs:
            continue
        assert moments.means is not None
        vector = np.array([weights.get(item, 0.0) for item in moments.names])
        variance = float(vector @ moments.covariance @ vector)
        found[group] = {"n": moments.nobs, "mean": float(vector @ moments.means), "sd": variance**0.5}
    return {"means": found} if found else {}


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    return dict(record)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
