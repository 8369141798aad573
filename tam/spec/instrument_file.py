"""Reads an instrument from YAML: strict, every problem with file and line, all of them at once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tam.content import content_path
from tam.errors import Problem, TamError, Where, problem, raise_if_any
from tam.spec.instrument import (
    AttentionCheck,
    ColumnRule,
    Construct,
    Instrument,
    Item,
    Label,
    Scale,
    Source,
    Tier,
    TierScheme,
    Variable,
)
from tam.spec.instrument_forms import (
    CheckForm,
    ColumnForm,
    InstrumentForm,
    LabelForm,
    ScaleForm,
    TextForm,
    TierSchemeForm,
    VariableForm,
)
from tam.spec.marked_yaml import MarkedYaml, read_yaml
from tam.spec.text import Text, closest, is_identifier, listed
from tam.spec.validate import as_problems


def shipped_instruments() -> tuple[str, ...]:
    """Names of the instruments that come with the project."""
    return tuple(sorted(path.stem for path in content_path("instruments").glob("*.yaml")))


def load_instrument(name: str | Path, folder: Path | None = None, asked: Where | None = None) -> Instrument:
    """A shipped instrument by name, or one from a YAML file (relative to ``folder``).

    ``asked`` is the place where the name was written, for the problem if there is none. Raises TamError.
    """
    return parse_instrument(read_yaml(_locate(str(name), folder, asked or Where())))


def _locate(name: str, folder: Path | None, asked: Where) -> Path:
    if name.lower().endswith((".yaml", ".yml")):
        path = Path(name)
        return path if path.is_absolute() or folder is None else folder / path
    if re.fullmatch(r"[\w-]{1,64}", name) and name in shipped_instruments():
        return content_path("instruments", f"{name}.yaml")
    shipped = shipped_instruments()
    guess = closest(name, shipped) or listed(shipped)
    raise TamError(problem("unknown-instrument", asked, name=name, suggestion=guess))


def parse_instrument(source: MarkedYaml) -> Instrument:
    """The instrument in a read YAML document. Raises TamError with every problem found."""

    def where(path: tuple[str | int, ...]) -> Where:
        return Where(source.file, line=source.line(path))

    problems = list(source.problems)
    try:
        form = InstrumentForm.model_validate(source.data)
    except ValidationError as fault:
        raise TamError([*problems, *as_problems(fault, InstrumentForm, where)]) from None
    scales = {name: _scale(name, scale) for name, scale in form.response_scales.items()}
    problems += [
        p for name in scales for p in _scale_problems(scales[name], where(("response_scales", name)))
    ]
    problems += _reference_problems(form, where)
    raise_if_any(problems)
    return _instrument(form, scales, _digest(source.data))


def _text(form: TextForm | str) -> Text:
    return Text(form, None) if isinstance(form, str) else form.text()


def _label(form: LabelForm | str) -> Label:
    if isinstance(form, str):
        return Label(form, None)
    return Label(form.en, form.zh, tuple(form.aliases))


def _scale(name: str, form: ScaleForm) -> Scale:
    labels = {code: _label(label) for code, label in form.labels.items()}
    low, high = form.min, form.max
    if form.type == "ordinal" and form.points is not None:
        low = 1.0 if low is None else low
        high = low + form.points - 1 if high is None else high
    return Scale(name, form.type, low, high, labels)


def _scale_problems(scale: Scale, where: Where) -> list[Problem]:
    if scale.type == "nominal":
        return [] if scale.labels else [problem("scale-without-labels", where, scale=scale.id)]
    if scale.type == "ordinal":
        codes = [code for code in scale.labels if isinstance(code, int)]
        if scale.min is None or scale.max is None or len(codes) < len(scale.labels):
            return [problem("scale-without-order", where, scale=scale.id)]
        outside = [code for code in codes if not scale.min <= code <= scale.max]
        if outside:
            return [problem("label-outside-scale", where, scale=scale.id, codes=outside)]
    if scale.min is not None and scale.max is not None and scale.min >= scale.max:
        return [problem("scale-limits", where, scale=scale.id, low=scale.min, high=scale.max)]
    return [*_doubled_words(scale, where)]


def _doubled_words(scale: Scale, where: Where) -> list[Problem]:
    """A word that stands for two codes cannot be coded."""
    seen: dict[str, int | str] = {}
    found = []
    for code, label in scale.labels.items():
        for word in {w.strip().casefold() for w in (label.en, label.zh, *label.aliases) if w}:
            if seen.setdefault(word, code) != code:
                found.append(
                    problem("label-twice", where, scale=scale.id, word=word, codes=[seen[word], code])
                )
    return found


def _reference_problems(form: InstrumentForm, where: Any) -> list[Problem]:
    """Names that point nowhere, names used twice, constructs without items."""
    found: list[Problem] = []
    first = [name for name, c in form.constructs.items() if not c.of]
    names = [
        *((name, ("constructs", name)) for name in form.constructs),
        *((item.id, ("items", i)) for i, item in enumerate(form.items)),
        *((check.id, ("attention_checks", i)) for i, check in enumerate(form.attention_checks)),
        *((name, ("variables", name)) for name in form.variables),
    ]
    seen: set[str] = set()
    for name, path in names:
        if not is_identifier(name):
            found.append(problem("bad-identifier", where(path), name=name))
        if name in seen:
            found.append(problem("duplicate-id", where(path), id=name))
        seen.add(name)
    for i, item in enumerate(form.items):
        place = where(("items", i))
        if item.of_construct not in first:
            guess = closest(item.of_construct, first) or listed(first)
            found.append(
                problem(
                    "item-of-no-construct", place, item=item.id, construct=item.of_construct, suggestion=guess
                )
            )
        scale = item.scale or getattr(form.constructs.get(item.of_construct), "scale", None)
        found += _scale_reference(scale, form, place, item.id)
        if item.reverse and scale in form.response_scales and form.response_scales[scale].type != "ordinal":
            found.append(problem("reverse-needs-order", place, item=item.id, scale=scale))
    for name, construct in form.constructs.items():
        place = where(("constructs", name))
        if not construct.of and not any(item.of_construct == name for item in form.items):
            found.append(problem("construct-without-items", place, construct=name))
        for part in construct.of:
            if part not in first:
                guess = closest(part, first) or listed(first)
                found.append(problem("unknown-construct", place, name=part, suggestion=guess))
        if construct.source is not None and construct.source not in form.sources:
            found.append(problem("unknown-source", place, name=construct.source))
    for name, variable in form.variables.items():
        found += _scale_reference(variable.scale, form, where(("variables", name)), name)
        options = form.response_scales.get(variable.scale)
        if variable.type != "single" and options is not None and not options.labels:
            place = where(("variables", name))
            found.append(problem("several-answers-need-options", place, name=name, type=variable.type))
    for i, check in enumerate(form.attention_checks):
        if isinstance(check.scale, str):
            found += _scale_reference(check.scale, form, where(("attention_checks", i)), check.id)
    known = {
        *(item.id for item in form.items),
        *(check.id for check in form.attention_checks),
        *form.variables,
    }
    for p, page in enumerate(form.presentation.pages):
        for one in page:
            if one not in known:
                place = where(("presentation", "pages", p))
                found.append(problem("unknown-item", place, name=one, suggestion=closest(one, known) or "-"))
    return found


def _scale_reference(scale: str | None, form: InstrumentForm, place: Where, owner: str) -> list[Problem]:
    if scale is None:
        return [problem("no-scale", place, name=owner)]
    if scale not in form.response_scales:
        guess = closest(scale, form.response_scales) or listed(form.response_scales)
        return [problem("unknown-scale", place, name=scale, owner=owner, suggestion=guess)]
    return []


def _instrument(form: InstrumentForm, scales: Mapping[str, Scale], digest: str) -> Instrument:
    constructs = {
        name: Construct(name, _text(c.label), c.source, tuple(c.of), c.adaptation)
        for name, c in form.constructs.items()
    }
    items = {
        i.id: Item(
            i.id,
            i.of_construct,
            _text(i.text),
            i.scale or form.constructs[i.of_construct].scale or "",
            i.reverse,
        )
        for i in form.items
    }
    rules = form.data_map.columns if form.data_map else {}
    return Instrument(
        id=form.id,
        version=form.version,
        status=form.status,
        title=_text(form.title),
        languages=tuple(form.languages),
        scales=dict(scales),
        missing_codes={code: missing.reason for code, missing in form.missing_codes.items()},
        sources={k: Source(s.cite, s.url, s.doi, s.note) for k, s in form.sources.items()},
        constructs=constructs,
        items=items,
        attention_checks={c.id: _check(c, scales) for c in form.attention_checks},
        variables={k: _variable(k, v) for k, v in form.variables.items()},
        tier_schemes={k: _scheme(k, s) for k, s in form.tier_schemes.items()},
        pages=tuple(tuple(page) for page in form.presentation.pages),
        column_rules={k: column_rule(rule) for k, rule in rules.items()},
        column_platform=form.data_map.platform if form.data_map else None,
        sequence_order=dict(form.data_map.sequence_order) if form.data_map else {},
        instructions=_text(form.instructions) if form.instructions is not None else None,
        digest=digest,
    )


def column_rule(form: ColumnForm | str) -> ColumnRule:
    if isinstance(form, str):
        return ColumnRule(exact=form)
    return ColumnRule(form.exact, form.match, form.position)


def _variable(name: str, form: VariableForm) -> Variable:
    label = _text(form.label) if form.label is not None else None
    return Variable(name, form.role, _text(form.text), form.scale, label, form.type)


def _check(form: CheckForm, scales: Mapping[str, Scale]) -> AttentionCheck:
    if isinstance(form.scale, str):
        scale = scales[form.scale]
    else:
        labels: dict[int | str, Label] = {code: _label(label) for code, label in form.scale.items()}
        scale = Scale(form.id, "ordinal", float(min(form.scale)), float(max(form.scale)), labels)
    return AttentionCheck(form.id, form.type, _text(form.text), scale, tuple(form.passing), form.after)


def _scheme(name: str, form: TierSchemeForm) -> TierScheme:
    tiers = tuple(
        Tier(
            t.id,
            _text(t.label),
            t.over if t.over is not None else t.from_,
            t.under if t.under is not None else t.to,
            low_open=t.over is not None,
            high_open=t.under is not None,
        )
        for t in form.tiers
    )
    return TierScheme(name, _text(form.label), tiers, form.source)


def _digest(data: object) -> str:
    """SHA-256 of the content, not of its layout: comments and order of keys do not change it."""
    canonical = json.dumps(_text_keys(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _text_keys(data: object) -> object:
    if isinstance(data, dict):
        return {str(key): _text_keys(value) for key, value in data.items()}
    return [_text_keys(value) for value in data] if isinstance(data, list) else data
