"""The model and the options of a study as its results state them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.spec.model import Hypothesis, Model, Moderation, Path
from tam.spec.study import Options
from tam.spec.study_file import OptionsForm
from tam.spec.text import Text, is_identifier

MOST_NAMES = 300


def stored_model(study: Mapping[str, Any]) -> Model:
    """The model in the section ``study`` of results; raises ValueError, KeyError or TypeError where there is
    none that could be estimated."""
    model, constructs = study["model"], study["constructs"]
    made = Model(
        id=str(model["id"]),
        title=Text(),
        measurement={name: tuple(one["items"]) for name, one in constructs.items() if one["level"] == 1},
        second_order={name: tuple(parts) for name, parts in model["second_order"].items()},
        paths=tuple(Path(one["outcome"], one["predictor"]) for one in model["paths"]),
        moderations=tuple(
            Moderation(one["predictor"], one["outcome"], one["moderator"]) for one in model["moderations"]
        ),
        controls={name: tuple(names) for name, names in model["controls"].items()},
        residual_covariances=tuple((a, b) for a, b in model["residual_covariances"]),
        hypotheses=tuple(Hypothesis(one["id"], one["path"], one["sign"]) for one in model["hypotheses"]),
    )
    names = [*made.constructs, *made.observed, *(item for own in made.measurement.values() for item in own)]
    names += [name for pair in made.residual_covariances for name in pair]
    names += [part for parts in made.second_order.values() for part in parts]
    wrong = [name for name in names if not isinstance(name, str) or not is_identifier(name)]
    if wrong or len(set(names)) > MOST_NAMES:
        raise ValueError(f"the model uses {str(wrong[0])[:60]!r} as a name" if wrong else "too many names")
    return made


def stored_options(study: Mapping[str, Any]) -> Options:
    """The options in the section ``study`` of results; raises ValueError where one is no option."""
    said = {name: value for name, value in study["options"].items() if value is not None}
    form = OptionsForm.model_validate(said)
    names = [name for name in Options.__dataclass_fields__ if name in said]
    return Options(**{name: getattr(form, name) for name in names})
