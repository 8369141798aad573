"""A study file written from results: what is needed to run an analysis again where the study file is not at
hand.

Results hold what the study asked, not its file. A shipped questionnaire or scales defined in the study file
can be had again; a questionnaire of one's own (its labels, missing codes and checks) stands in its YAML file
only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tam.errors import TamError, Where, problem
from tam.spec.instrument_file import load_instrument, shipped_instruments
from tam.spec.model_file import load_model, shipped_models

#: How a column was found where the study said which one it is.
BY_RULE, BY_HEADER = "rule:", "rule: header"


def study_again(results: Mapping[str, Any], data: Sequence[Path], file: str) -> str:
    """The text of a ``study.toml`` that asks what the results say was asked, of the ``data`` files.

    Raises TamError where the results do not hold enough of it.
    """
    study = results["study"]
    try:
        tables = _tables(study, [str(one.absolute()) for one in data], file)
        return "".join(_table(name, table) for name, table in tables.items())
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError) as fault:
        reason = f"the section study cannot be read ({type(fault).__name__}: {fault})"
        raise TamError(problem("not-a-results-file", Where(file), reason=reason)) from None


def _tables(study: Mapping[str, Any], data: list[str], file: str) -> dict[str, Mapping[str, Any]]:
    own: dict[str, Any] = {
        "title": _without_null(study["title"]),
        "data": data if len(data) > 1 else data[0],
        "language": study["language"],
        "seed": study["seed"],
    }
    if study["simulated"]:
        own["simulated"] = _without_null(study["simulated"])
    tables: dict[str, Mapping[str, Any]] = {"": own}
    tables |= _instrument(study, own, file)
    tables["model"] = _model(study)
    tables["columns"] = {
        one["item"]: one["column"] if one["how"] == BY_HEADER else one["position"]
        for one in study["data"]["column_map"]
        if str(one["how"]).startswith(BY_RULE)
    }
    tables["groups"] = _groups(study["groups"])
    tables["screening"] = _screening(study["screening"])
    tables["options"] = _without_null(study["options"])
    return {name: table for name, table in tables.items() if table}


def _instrument(study: Mapping[str, Any], own: dict[str, Any], file: str) -> dict[str, Mapping[str, Any]]:
    asked = study["instrument"]
    if not asked["inline"]:
        name = asked["id"]
        if name not in shipped_instruments() or load_instrument(name).digest != asked["digest"]:
            raise TamError(problem("verify-needs-study", Where(file), instrument=str(name)))
        own["instrument"] = name
        return {}
    items, scale = study["items"], study["scales"]["scale"]
    firsts = {name: one for name, one in study["constructs"].items() if one["level"] == 1}
    return {
        "constructs": {
            name: [f"-{item}" if items[item]["reverse"] else item for item in one["items"]]
            for name, one in firsts.items()
        },
        "labels": {name: _without_null(one["label"]) for name, one in firsts.items()},
        "scale": {"min": scale["min"], "max": scale["max"]},
    }


def _model(study: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shipped model where it is the same, else the model said in full."""
    from tam.analysis.study_record import model_record

    model, instrument = study["model"], study["instrument"]
    name = str(model["id"])
    if not instrument["inline"] and name in shipped_models():
        loaded = load_model(name, load_instrument(instrument["id"])).with_default_hypotheses()
        if json.loads(json.dumps(model_record(loaded))) == model:
            return {"use": name}
    hypotheses = [one for one in model["hypotheses"] if one["declared"]]
    said: dict[str, Any] = {
        "paths": [f"{one['outcome']} ~ {one['predictor']}" for one in model["paths"]],
        "moderate": [
            f"{one['predictor']} -> {one['outcome']} by {one['moderator']}" for one in model["moderations"]
        ],
        "controls": model["controls"],
        "second_order": model["second_order"],
        "residual_covariances": [" ~~ ".join(pair) for pair in model["residual_covariances"]],
        "hypotheses": [
            _without_null({key: one[key] for key in ("id", "path", "sign", "statement")})
            for one in hypotheses
        ],
        "grid": [[cell or "." for cell in row] for row in model["grid"]],
    }
    return {key: value for key, value in said.items() if value}


def _groups(groups: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    said: dict[str, Any] = {"by": [one["by"] for one in groups if "by" in one]}
    tiers = [one for one in groups if "scheme" in one]
    if tiers:
        said["tier"] = {"from": tiers[0]["variable"], "scheme": tiers[0]["scheme"]}
    return {key: value for key, value in said.items() if value}


def _screening(options: Mapping[str, Any]) -> Mapping[str, Any]:
    said: dict[str, Any] = _without_null(
        {key: value for key, value in options.items() if key not in ("consent", "target", "declared")}
    )
    for key in ("consent", "target"):
        rules = {
            one["variable"]: one["answers"] or _without_null({"min": one["low"], "max": one["high"]})
            for one in options[key]
        }
        if rules:
            said[key] = rules
    if options["declared"]["when"] != "not_stated":
        said["declared"] = _without_null(options["declared"])
    return said


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return value


def _table(name: str, table: Mapping[str, Any]) -> str:
    lines = [f"[{name}]"] if name else []
    lines += [f"{_text(str(key))} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """A value in TOML; text as in JSON, whose escapes are TOML's."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    raise TypeError(f"{type(value).__name__} has no place in a study file")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
