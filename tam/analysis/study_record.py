"""What was asked, as it stands in the results: everything a report needs to name things, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tam.spec.instrument import Instrument, Scale
from tam.spec.model import Model
from tam.spec.study import GroupBy, Study
from tam.spec.text import Text

if TYPE_CHECKING:
    from tam.data.responses import Responses


def study_record(study: Study, instrument: Instrument, responses: Responses) -> dict[str, Any]:
    """The section ``study`` of the results."""
    return {
        "title": study.title.to_dict(),
        "language": list(study.languages),
        "seed": study.seed,
        "simulated": study.simulated.to_dict() if study.simulated else None,
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "status": instrument.status,
            "title": instrument.title.to_dict(),
            "inline": instrument.inline,
            "digest": instrument.digest,
        },
        "data": _data(responses),
        "constructs": _constructs(study.model, instrument),
        "items": {
            item.id: {
                "construct": item.construct,
                "text": item.text.to_dict(),
                "reverse": item.reverse,
                "scale": item.scale,
            }
            for item in instrument.items.values()
        },
        "scales": {scale.id: _scale(scale) for scale in instrument.scales.values()},
        "variables": {
            v.id: {"role": v.role, "text": v.text.to_dict(), "scale": v.scale}
            for v in instrument.variables.values()
        },
        "model": model_record(study.model),
        "groups": [_group(one) for one in study.groups],
        "screening": asdict(study.screening),
        "options": asdict(study.options),
        "sources": [{"key": key, **asdict(source)} for key, source in instrument.sources.items()],
        "digest": study.digest,
    }


def _data(responses: Responses) -> dict[str, Any]:
    """The data file as it was read; of several stacked files, ``files`` tells each, the rest the first."""
    several = {"files": [asdict(one) for one in responses.files]} if responses.files else {}
    return several | {
        "file": responses.file,
        "sha256": responses.sha256,
        "platform": responses.platform,
        "evidence": list(responses.evidence),
        "encoding": responses.encoding,
        "n_rows": responses.n_rows,
        "column_map": [asdict(match) for match in responses.column_map],
        "dropped_columns": list(responses.dropped_columns),
        "unused_columns": list(responses.unused_columns),
    }


def _constructs(model: Model, instrument: Instrument) -> dict[str, Any]:
    """First-order constructs, then the second-order ones of the model (which may add to the instrument's)."""
    record: dict[str, Any] = {}
    for name, items in model.measurement.items():
        construct = instrument.constructs[name]
        record[name] = {
            "label": construct.label.to_dict(),
            "items": list(items),
            "of": [],
            "level": 1,
            "source": construct.source,
        }
    for name, parts in model.second_order.items():
        known = instrument.constructs.get(name)
        record[name] = {
            "label": (known.label if known else Text(name, name)).to_dict(),
            "items": [],
            "of": list(parts),
            "level": 2,
            "source": known.source if known else None,
        }
    return record


def _scale(scale: Scale) -> dict[str, Any]:
    labels = {str(code): {"en": label.en, "zh": label.zh} for code, label in scale.labels.items()}
    return {"type": scale.type, "min": scale.min, "max": scale.max, "labels": labels}


def _group(group: object) -> Mapping[str, Any]:
    if isinstance(group, GroupBy):
        return {"by": group.variable}
    return asdict(group)  # type: ignore[call-overload,no-any-return]


def model_record(model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "title": model.title.to_dict(),
        "lavaan": model.to_lavaan(),
        "paths": [
            {"outcome": p.outcome, "predictor": p.predictor, "hypothesis": _hypothesis_of(model, str(p))}
            for p in model.paths
        ],
        "moderations": [
            {
                "predictor": m.predictor,
                "outcome": m.outcome,
                "moderator": m.moderator,
                "hypothesis": _hypothesis_of(model, str(m)),
            }
            for m in model.moderations
        ],
        "controls": {outcome: list(names) for outcome, names in model.controls.items()},
        "second_order": {name: list(parts) for name, parts in model.second_order.items()},
        "residual_covariances": [list(pair) for pair in model.residual_covariances],
        "hypotheses": [
            {
                "id": h.id,
                "path": h.path,
                "sign": h.sign,
                "statement": h.statement.to_dict(),
                "declared": h.declared,
            }
            for h in model.hypotheses
        ],
        "observed": list(model.observed),
        "grid": [list(row) for row in model.grid],
    }


def _hypothesis_of(model: Model, path: str) -> str | None:
    return next((h.id for h in model.hypotheses if h.path == path and h.declared), None)
