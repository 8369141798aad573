"""Reads a model: from a model file, from the ``[model]`` table of a study, or from lavaan syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Literal

from pydantic import Field, ValidationError

from tam.content import content_path
from tam.errors import Problem, TamError, Where, problem, raise_if_any
from tam.spec.instrument import Instrument
from tam.spec.instrument_forms import TextForm
from tam.spec.marked_yaml import read_yaml
from tam.spec.model import (
    Hypothesis,
    Model,
    Moderation,
    Path,
    model_problems,
    parse_moderation,
    parse_path,
)
from tam.spec.text import Text, closest, is_identifier, listed
from tam.spec.validate import Strict, as_problems


class HypothesisForm(Strict):
    id: str
    path: str
    sign: Literal["+", "-"] | None = None
    statement: TextForm | str | None = None


class ModelForm(Strict):
    """The part that model files and the ``[model]`` table of a study share."""

    second_order: dict[str, list[str]] = {}
    paths: list[str] = []
    moderate: list[str] = []
    controls: dict[str, list[str]] = {}
    residual_covariances: list[str] = []
    hypotheses: list[HypothesisForm] = []
    grid: list[list[str | None]] = []


class ModelFileForm(ModelForm):
    schema_: Literal["tam-model/0.1"] = Field(alias="schema")
    id: str
    title: TextForm | str
    instrument: str


def shipped_models() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in content_path("instruments", "models").glob("*.yaml")))


def load_model(
    name: str, instrument: Instrument, folder: FilePath | None = None, asked: Where | None = None
) -> Model:
    """A shipped model by name, or one from a YAML file. Raises TamError with every problem found.

    ``asked`` is the place where the name was written, for the problem if there is none.
    """
    source = read_yaml(_locate(name, folder, asked or Where()))

    def where(path: tuple[str | int, ...]) -> Where:
        return Where(source.file, line=source.line(path))

    try:
        form = ModelFileForm.model_validate(source.data)
    except ValidationError as fault:
        raise TamError([*source.problems, *as_problems(fault, ModelFileForm, where)]) from None
    model, problems = build_model(form, instrument, form.id, _text(form.title), lambda key: where((key,)))
    raise_if_any([*source.problems, *problems])
    return model


def _locate(name: str, folder: FilePath | None, asked: Where) -> FilePath:
    if name.lower().endswith((".yaml", ".yml")):
        path = FilePath(name)
        return path if path.is_absolute() or folder is None else folder / path
    if re.fullmatch(r"[\w-]{1,64}", name) and name in shipped_models():
        return content_path("instruments", "models", f"{name}.yaml")
    guess = closest(name, shipped_models()) or listed(shipped_models())
    raise TamError(problem("unknown-model", asked, name=name, suggestion=guess))


def _text(form: TextForm | str | None) -> Text:
    if form is None:
        return Text()
    return Text(form, None) if isinstance(form, str) else form.text()


def build_model(
    form: ModelForm,
    instrument: Instrument,
    model_id: str,
    title: Text,
    where: Callable[[str], Where],
    *,
    columns_allowed: bool = False,
) -> tuple[Model, list[Problem]]:
    """A model over an instrument, and what is wrong with it.

    With ``columns_allowed`` a name in the paths that is no construct is taken for a column of the data;
    whether the data have it is known only when they are read.
    """
    problems: list[Problem] = []
    paths = _paths(form.paths, where("paths"), problems)
    moderations = _moderations(form.moderate, where("moderate"), problems)
    second_order = {**instrument.second_order(), **{k: tuple(v) for k, v in form.second_order.items()}}
    problems += _second_order_problems(second_order, instrument, where("second_order"))
    model = Model(
        id=model_id,
        title=title,
        measurement=instrument.first_order(),
        second_order=second_order,
        paths=tuple(paths),
        moderations=tuple(moderations),
        controls={k: tuple(v) for k, v in form.controls.items()},
        residual_covariances=tuple(_covariances(form.residual_covariances, where, problems)),
        hypotheses=tuple(Hypothesis(h.id, h.path, h.sign, _text(h.statement)) for h in form.hypotheses),
        grid=tuple(tuple(None if c in (".", "", None) else c for c in row) for row in form.grid),
    )
    known = [*model.constructs, *instrument.items, *instrument.variables]
    if columns_allowed:
        known += [name for name in model.observed if is_identifier(name)]
    problems += model_problems(model, known, where("paths"))
    return model, problems


def _paths(texts: Sequence[str], where: Where, problems: list[Problem]) -> list[Path]:
    paths: list[Path] = []
    for text in texts:
        parsed = parse_path(text)
        if parsed is None:
            problems.append(problem("bad-path", where, text=text))
        paths += [path for path in parsed or [] if path not in paths]
    return paths


def _moderations(texts: Sequence[str], where: Where, problems: list[Problem]) -> list[Moderation]:
    found: list[Moderation] = []
    for text in texts:
        parsed = parse_moderation(text)
        if parsed is None:
            problems.append(problem("bad-moderation", where, text=text))
        elif len({parsed.predictor, parsed.outcome, parsed.moderator}) < 3:
            problems.append(problem("bad-moderation", where, text=text))
        elif parsed not in found:
            found.append(parsed)
    return found


def _covariances(
    texts: Sequence[str], where: Callable[[str], Where], problems: list[Problem]
) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        left, tilde, right = (part.strip() for part in text.partition("~~"))
        if not tilde or not left or not right or left == right:
            problems.append(problem("bad-covariance", where("residual_covariances"), text=text))
        else:
            pairs.append((left, right))
    return pairs


def _second_order_problems(
    second_order: Mapping[str, tuple[str, ...]], instrument: Instrument, where: Where
) -> list[Problem]:
    first = instrument.first_order()
    found = []
    for name, parts in second_order.items():
        if name in first or not is_identifier(name):
            found.append(problem("bad-second-order", where, name=name))
        for part in parts:
            if part not in first:
                guess = closest(part, first) or listed(first)
                found.append(problem("unknown-construct", where, name=part, suggestion=guess))
    return found
