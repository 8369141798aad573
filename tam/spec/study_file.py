"""Reads ``study.toml``: unknown keys are errors with a suggestion; nothing is read from the data yet."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from tam.errors import Problem, TamError, Where, problem, raise_if_any
from tam.spec.data_file import DataFile
from tam.spec.data_file_form import FileForm, column_rules, read_data_files, wave_problems
from tam.spec.instrument import Construct, Instrument, Item, Scale
from tam.spec.instrument_file import load_instrument
from tam.spec.instrument_forms import ColumnForm, Number, TextForm
from tam.spec.interaction import interaction_problems
from tam.spec.model import Model
from tam.spec.model_file import ModelForm, build_model, load_model, shipped_models
from tam.spec.report_form import ReportForm, report_problems
from tam.spec.screening_form import ScreeningForm, screening_problems
from tam.spec.study import (
    GroupBy,
    Options,
    Study,
    TierGrouping,
    default_draws,
)
from tam.spec.study_marker import marker_columns, marker_problems
from tam.spec.text import Text, closest, is_identifier, listed
from tam.spec.validate import Locate, Strict, as_problems

FILE_NAME = "study.toml"


class StudyModelForm(ModelForm):
    use: str | None = None


class ScaleLimits(Strict):
    min: Number
    max: Number


class TierForm(Strict):
    from_: str = Field(alias="from")
    scheme: str


class GroupsForm(Strict):
    by: str | list[str] = []
    tier: TierForm | None = None


class OptionsForm(Strict):
    estimator: Literal["ML", "MLR", "MLM", "ULS", "GLS", "WLSMV"] = "ML"
    missing: Literal["listwise", "fiml"] = "listwise"
    bootstrap: int | None = Field(default=None, ge=0, le=1_000_000)
    interval: Literal["percentile", "bc", "bca"] = "percentile"
    ci: float = Field(default=0.95, gt=0.5, lt=1)
    meanstructure: bool = False
    std_lv: bool = False
    interaction: Literal[
        "dblcent", "residual", "meancentred", "unconstrained", "constrained", "lms", "qml"
    ] = "dblcent"
    pairs: Literal["all", "matched"] = "all"
    cross_check: bool = True
    min_group: int = Field(default=20, ge=2)
    imputations: int = Field(default=0, ge=0, le=1000)
    marker: str | None = None
    marker_unrelated: str | None = None
    capsule: bool = False
    permutations: int = Field(default=0, ge=0, le=100_000)
    platform: str | None = None
    encoding: str | None = None
    sheet: str | int | None = None
    keep_personal: bool = False
    text_form: str | None = None
    sequence_order: dict[str, Literal["ascending", "descending"]] = {}


class StudyForm(Strict):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, protected_namespaces=())

    title: TextForm | str | None = None
    instrument: str | None = None
    data: str | list[str] | None = None
    files: list[FileForm] = []
    language: str | list[Literal["en", "zh"]] = ["en"]
    seed: int = Field(default=1, ge=0)
    simulated: TextForm | str | None = None
    constructs: dict[str, list[str]] = {}
    labels: dict[str, TextForm | str] = {}
    scale: ScaleLimits | None = None
    model: StudyModelForm = StudyModelForm()
    columns: dict[str, ColumnForm | str | int] = {}
    groups: GroupsForm = GroupsForm()
    screening: ScreeningForm = ScreeningForm()
    options: OptionsForm = OptionsForm()
    report: ReportForm = ReportForm()


def find_study(start: str | Path | None = None) -> Path:
    """The study file named, the one in the folder named, or the nearest ``study.toml`` upward from here."""
    given = Path(start) if start is not None else Path()
    if given.is_file():
        return given
    if start is not None:
        if not given.is_dir():
            raise TamError(problem("study-not-found", Where(str(start))))
        if (given / FILE_NAME).is_file():
            return given / FILE_NAME
        raise TamError(problem("study-not-found", Where(str(given / FILE_NAME))))
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    raise TamError(problem("study-not-found", Where(FILE_NAME)))


def load_study(path: str | Path | None = None, data: Sequence[str | Path] = ()) -> Study:
    """Read a study file with its instrument and its model. Raises TamError with every problem found.

    ``data``: files to read in place of those that the study names; of several, those of the same name.
    """
    file = find_study(path)
    text, content = _read(file)

    def where(keys: tuple[str | int, ...]) -> Where:
        return Where(file.name, line=_line_of(text, keys))

    try:
        form = StudyForm.model_validate(content)
    except ValidationError as fault:
        raise TamError(as_problems(fault, StudyForm, where)) from None
    form = _with_data(form, data)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    instrument = _instrument(form, file.parent, where, digest)
    model, problems = _model(form, instrument, file.parent, where)
    problems += _group_problems(form, instrument, where) + _option_problems(form, where, model)
    problems += screening_problems(form.screening, where)
    problems += _marker_problems(form, instrument, model, where)
    problems += report_problems(form.report, where)
    files, found = read_data_files(form.data, form.files, file.parent, where)
    raise_if_any([*problems, *found, *wave_problems(files, instrument, where)])
    return _study(form, file, instrument, model.with_default_hypotheses(), digest, files)


def _with_data(form: StudyForm, data: Sequence[str | Path]) -> StudyForm:
    """The form with data files from elsewhere: the only one, or of several those that bear the same name."""
    if not data:
        return form
    by_name = {Path(one).name: str(Path(one).absolute()) for one in data}
    if form.files:
        files = [
            one.model_copy(update={"file": by_name.get(Path(one.file).name, one.file)}) for one in form.files
        ]
        return form.model_copy(update={"files": files})
    if isinstance(form.data, list) and len(form.data) > 1:
        return form.model_copy(update={"data": [by_name.get(Path(one).name, one) for one in form.data]})
    return form.model_copy(update={"data": [str(Path(data[0]).absolute())]})


def _read(file: Path) -> tuple[str, Mapping[str, object]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as fault:
        raise TamError(problem("file-not-readable", Where(file.name), reason=fault.strerror or "?")) from None
    except UnicodeDecodeError:
        raise TamError(problem("toml-syntax", Where(file.name), reason="it is not UTF-8 text")) from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        line = re.search(r"at line (\d+)", str(fault))
        place = Where(file.name, line=int(line.group(1)) if line else None)
        raise TamError(problem("toml-syntax", place, reason=str(fault))) from None


def _line_of(text: str, keys: tuple[str | int, ...]) -> int | None:
    """The line on which a key of a TOML file stands, found by reading the lines (tomllib keeps no places)."""
    names = [str(key) for key in keys if not isinstance(key, int)]
    table, best = "", None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]# ").split("]")[0].strip()
            if names and table == names[0]:
                best = number
        key = stripped.partition("=")[0].strip().strip("\"'")
        place = [*([table] if table else []), key]
        if names[: len(place)] == place or (names and names[0] == key and not table):
            return number
    return best


def _instrument(form: StudyForm, folder: Path, where: Locate, digest: str) -> Instrument:
    place = where(("instrument",))
    if form.instrument is not None and form.constructs:
        raise TamError(problem("two-instruments", place))
    if form.instrument is not None:
        return load_instrument(form.instrument, folder, place)
    if not form.constructs:
        raise TamError(problem("no-instrument", place))
    return _inline_instrument(form, where, digest)


def _inline_instrument(form: StudyForm, where: Locate, digest: str) -> Instrument:
    """``[constructs] PU = ["pu1", "-pu2"]`` with ``[scale] min = 1, max = 7`` as an instrument."""
    problems: list[Problem] = []
    place = where(("constructs",))
    if form.scale is None:
        problems.append(problem("no-scale-limits", place))
    elif form.scale.min >= form.scale.max:
        scale_place = where(("scale",))
        problems.append(
            problem("scale-limits", scale_place, scale="scale", low=form.scale.min, high=form.scale.max)
        )
    items: dict[str, Item] = {}
    for construct, names in form.constructs.items():
        spot = where(("constructs", construct))
        if not is_identifier(construct):
            problems.append(problem("bad-identifier", spot, name=construct))
        if not names:
            problems.append(problem("construct-without-items", spot, construct=construct))
        for written in names:
            name = written.removeprefix("-").strip()
            if not is_identifier(name):
                problems.append(problem("bad-identifier", spot, name=name))
            if name in items or name in form.constructs:
                problems.append(problem("duplicate-id", spot, id=name))
            items[name] = Item(name, construct, Text(name, name), "scale", written.startswith("-"))
    raise_if_any(problems)
    assert form.scale is not None
    labels = {name: Text.of(_text(form.labels.get(name)), name) for name in form.constructs}
    return Instrument(
        id="inline",
        version="-",
        status="draft",
        title=Text("Scales defined in the study file", "研究文件中定义的量表"),
        languages=("en", "zh"),
        scales={"scale": Scale("scale", "ordinal", form.scale.min, form.scale.max)},
        missing_codes={"": "blank", "NA": "blank"},
        sources={},
        constructs={name: Construct(name, labels[name]) for name in form.constructs},
        items=items,
        digest=digest,
        inline=True,
    )


def _text(form: TextForm | str | None) -> Text | None:
    if form is None:
        return None
    return Text(form, None) if isinstance(form, str) else form.text()


def _model(
    form: StudyForm, instrument: Instrument, folder: Path, where: Locate
) -> tuple[Model, list[Problem]]:
    def place(key: str) -> Where:
        return where(("model", key))

    own = form.model.paths or form.model.moderate
    if form.model.use is not None and own:
        raise TamError(problem("two-models", place("use")))
    if own:
        title = Text.of(_text(form.title), "")
        return build_model(form.model, instrument, "inline", title, place, columns_allowed=True)
    if form.model.use is None and (instrument.inline or instrument.id not in shipped_models()):
        raise TamError(problem("no-model", place("use")))
    model = load_model(form.model.use or instrument.id, instrument, folder, place("use"))
    return model, []


def _group_problems(form: StudyForm, instrument: Instrument, where: Locate) -> list[Problem]:
    found: list[Problem] = []
    tier = form.groups.tier
    if tier is not None and tier.scheme not in instrument.tier_schemes:
        place = where(("groups", "tier"))
        known = listed(instrument.tier_schemes) or "-"
        guess = closest(tier.scheme, instrument.tier_schemes) or known
        found.append(problem("unknown-tier-scheme", place, name=tier.scheme, suggestion=guess))
    return found


def _option_problems(form: StudyForm, where: Locate, model: Model) -> list[Problem]:
    """What cannot be asked for, or not together."""
    found: list[Problem] = []
    if isinstance(form.language, str) and form.language not in ("en", "zh"):
        place = where(("language",))
        found.append(problem("bad-value", place, key="language", value=form.language, reason="en or zh"))
    options, place = form.options, where(("options",))
    place_of_method = where(("options", "interaction"))
    found += interaction_problems(
        options.interaction, options.estimator, options.missing, model, place_of_method
    )
    if options.estimator == "WLSMV" and options.missing == "fiml":
        found.append(problem("ordered-with-fiml", place))
    if options.estimator == "WLSMV" and model.moderations:
        found.append(problem("ordered-with-moderation", place))
    return found


def _marker_problems(form: StudyForm, instrument: Instrument, model: Model, where: Locate) -> list[Problem]:
    marker, unrelated = form.options.marker, form.options.marker_unrelated
    columns, place = marker_columns(instrument), where(("options", "marker"))
    return marker_problems(model, instrument.first_order(), columns, marker, unrelated, place)


def _study(
    form: StudyForm,
    file: Path,
    instrument: Instrument,
    model: Model,
    digest: str,
    files: tuple[DataFile, ...],
) -> Study:
    by = [form.groups.by] if isinstance(form.groups.by, str) else form.groups.by
    groups: list[GroupBy | TierGrouping] = [GroupBy(name) for name in by]
    if form.groups.tier is not None:
        groups.insert(0, TierGrouping(form.groups.tier.from_, form.groups.tier.scheme))
    o, only = form.options, files[0] if len(files) == 1 else None
    return Study(
        title=_text(form.title) or instrument.title,
        file=file.name,
        folder=file.parent,
        instrument=instrument,
        model=model,
        data=files[0].path,
        languages=(form.language,) if isinstance(form.language, str) else tuple(form.language),
        seed=form.seed,
        columns={**column_rules(form.columns), **(only.columns if only else {})},
        groups=tuple(groups),
        screening=form.screening.options(),
        options=Options(
            o.estimator,
            o.missing,
            default_draws(o.missing) if o.bootstrap is None else o.bootstrap,
            o.interval,
            o.ci,
            o.meanstructure,
            o.std_lv,
            o.interaction,
            o.pairs,
            o.cross_check,
            o.min_group,
            o.imputations,
            o.marker,
            o.marker_unrelated,
            o.capsule,
            o.permutations,
        ),
        simulated=_text(form.simulated),
        platform=(only and only.platform) or o.platform,
        encoding=(only and only.encoding) or o.encoding,
        sheet=only.sheet if only and only.sheet is not None else o.sheet,
        keep_personal=o.keep_personal,
        text_form=(only and only.text_form) or (None if o.text_form is None else file.parent / o.text_form),
        sequence_order=dict(o.sequence_order),
        digest=digest,
        report=form.report.options(file.parent),
        files=files if len(files) > 1 else (),
    )
