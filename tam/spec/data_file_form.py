"""Which files a study is made of: ``data = "one"``, ``data = ["one", "two"]`` or ``[[files]]`` tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from tam.errors import Problem, problem
from tam.spec.data_file import WAVE, DataFile
from tam.spec.instrument import ColumnRule, Instrument
from tam.spec.instrument_file import column_rule
from tam.spec.instrument_forms import ColumnForm
from tam.spec.validate import Locate, Strict


class FileForm(Strict):
    file: str = Field(min_length=1, max_length=4096)
    wave: str | None = Field(default=None, min_length=1, max_length=100)
    platform: str | None = None
    encoding: str | None = None
    sheet: str | int | None = None
    text_form: str | None = None
    columns: dict[str, ColumnForm | str | int] = {}


def read_data_files(
    data: str | Sequence[str] | None, files: Sequence[FileForm], folder: Path, where: Locate
) -> tuple[tuple[DataFile, ...], list[Problem]]:
    """The files of a study in the order named, and every fault of the naming; absent files are faults too."""
    if data is not None and files:
        return (), [problem("two-data", where(("data",)))]
    forms = list(files) or [FileForm(file=one) for one in ([data] if isinstance(data, str) else data or [])]
    if not forms:
        return (), [problem("no-data-named", where(("data",)))]
    found = _absent_or_doubled(forms, folder, where, "files" if files else "data")
    names = Counter(Path(form.file).name for form in forms)
    waves = Counter(Path(form.file).stem for form in forms if form.wave is None)
    return tuple(_data_file(form, folder, names, waves) for form in forms), found


def _absent_or_doubled(forms: Sequence[FileForm], folder: Path, where: Locate, key: str) -> list[Problem]:
    found: list[Problem] = []
    seen: set[Path] = set()
    for form in forms:
        path = folder / form.file
        if not _exists(path):
            found.append(problem("data-not-found", where((key,)), data=form.file))
        elif path.resolve() in seen:
            found.append(problem("file-named-twice", where((key,)), file=form.file))
        else:
            seen.add(path.resolve())
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name longer than the system allows, links in a circle
        return False


def _data_file(form: FileForm, folder: Path, names: Counter[str], waves: Counter[str]) -> DataFile:
    path = Path(form.file)
    own = path.stem if waves[path.stem] == 1 else path.with_suffix("").as_posix()
    return DataFile(
        path=folder / path,
        name=path.name if names[path.name] == 1 else path.as_posix(),
        wave=form.wave or own,
        platform=form.platform,
        encoding=form.encoding,
        sheet=form.sheet,
        text_form=None if form.text_form is None else folder / form.text_form,
        columns=column_rules(form.columns),
    )


def column_rules(columns: dict[str, ColumnForm | str | int]) -> dict[str, ColumnRule]:
    """``[columns]`` as rules: a position, a pattern, or a header."""
    return {
        item: ColumnRule(position=rule) if isinstance(rule, int) else column_rule(rule)
        for item, rule in columns.items()
    }


def wave_problems(files: Sequence[DataFile], instrument: Instrument, where: Locate) -> list[Problem]:
    """In a study of several files the name ``wave`` is taken."""
    names = {*instrument.items, *instrument.variables, *instrument.constructs, *instrument.first_order()}
    return [problem("wave-name-taken", where(("data",)))] if len(files) > 1 and WAVE in names else []
