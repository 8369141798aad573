"""SPSS and Stata files as text, labels and missing values. Runs in the process that ``apart`` starts.

Values stay the codes they are; value labels, variable labels and user-missing values come beside them, so
that the coding can use them and say so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tam.data.apart import MOST_CELLS, Packer
from tam.data.decoding import reads_as_chinese
from tam.data.sheets import cell_text

_ENCODINGS = ("UTF-8", "GB18030")
_SAMPLE = 4000


def read_statistics(path: str, form: str, encoding: str | None = None) -> tuple[dict[str, Any], bytes]:
    """All cases of a file; ``form`` is sav, por or dta. Shape (cases, variables).

    ``about``: ``names``, ``questions`` (variable labels, the name where there is none), ``labels`` (position
    -> cell -> label), ``missing`` (position -> cell -> reason) and the ``encoding`` that was used.
    """
    columns, meta, used = _decoded(path, form, encoding)
    import numpy as np

    names = list(meta.column_names)
    packer = Packer()
    height = len(next(iter(columns.values()), ()))
    codes = np.zeros((height, len(names)), dtype=np.int32)
    labels, missing = {}, {}
    for j, name in enumerate(names):
        textual = meta.readstat_variable_types.get(name) == "string"
        texts = [_text(value, textual) for value in columns[name]]
        codes[:, j] = [packer.number(text) for text in texts]
        words = meta.variable_value_labels.get(name, {})
        labels[j] = {_text(code, textual): str(word).strip() for code, word in words.items()}
        missing[j] = _missing(meta, name, columns[name], texts, textual)
        columns[name] = ()
    about = {
        "names": names,
        "questions": [label or name for label, name in zip(meta.column_labels, names)],
        "labels": {j: found for j, found in labels.items() if found},
        "missing": {j: found for j, found in missing.items() if found},
        "encoding": used,
    }
    return {"shape": codes.shape, "texts": list(packer.numbers), **about}, codes.tobytes()


def _decoded(path: str, form: str, encoding: str | None) -> tuple[dict[str, Any], Any, str]:
    """Values, description and encoding. A stated encoding is used as it is; else the file's own word counts.

    Old files name a Western encoding, or none, while their text is Chinese: where every special character is
    Western, other encodings are tried, and one under which the text reads as Chinese is taken.
    """
    import pyreadstat

    if encoding is not None and form != "por":
        return (*_values(path, form, encoding), encoding)
    try:
        columns, meta = _values(path, form, None)
    except (pyreadstat.ReadstatError, UnicodeError) as fault:
        for other in _ENCODINGS if form != "por" else ():
            try:
                return (*_values(path, form, other), other.lower())
            except (pyreadstat.ReadstatError, UnicodeError):
                continue
        raise fault
    own = (meta.file_encoding or "utf-8").lower()
    if form != "por" and _western(_words(columns, meta)):
        for other in _ENCODINGS:
            try:
                again, said = _values(path, form, other)
            except (pyreadstat.ReadstatError, UnicodeError):
                continue
            text = "".join(_words(again, said))
            if any("\u4e00" <= char <= "\u9fff" for char in text) and reads_as_chinese(text):
                return again, said, other.lower()
    return columns, meta, own


def _values(path: str, form: str, encoding: str | None) -> tuple[dict[str, Any], Any]:
    import pyreadstat

    read: dict[str, Callable[..., tuple[Any, Any]]] = {
        "sav": pyreadstat.read_sav,
        "dta": pyreadstat.read_dta,
        "por": pyreadstat.read_por,
    }
    told = {} if form == "por" else {"encoding": encoding}
    _, meta = read[form](path, metadataonly=True, **told)
    if (meta.number_rows or 0) * len(meta.column_names) > MOST_CELLS:
        raise MemoryError("more cells than any survey has")
    kept = {} if form == "por" else {"user_missing": True}
    try:
        columns, meta = read[form](path, output_format="dict", **told, **kept)
    except OverflowError:  # a date beyond the calendar
        columns, meta = read[form](
            path, output_format="dict", disable_datetime_conversion=True, **told, **kept
        )
    return dict(columns), meta


def _words(columns: Mapping[str, Any], meta: Any) -> list[str]:
    """A sample of the text of a file: labels and textual cells."""
    words: list[str] = [label for label in meta.column_labels if label]
    for labels in meta.variable_value_labels.values():
        words += [str(label) for label in labels.values()]
    for name, values in columns.items():
        if meta.readstat_variable_types.get(name) == "string":
            words += [value for value in values[:_SAMPLE] if isinstance(value, str)]
    return words


def _western(words: Iterable[str]) -> bool:
    """Is there a special character, and is each one of those that Western encodings have?"""
    beyond = {char for word in words for char in word if ord(char) > 127}
    try:
        "".join(beyond).encode("cp1252", errors="strict")
    except UnicodeEncodeError:
        return all(ord(char) < 256 for char in beyond) and bool(beyond)
    return bool(beyond)


def _text(value: Any, textual: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        # in a numeric variable a letter is Stata's extended missing value
        return value if textual else f".{value}"
    return cell_text(value.item() if hasattr(value, "item") else value)


def _missing(
    meta: Any, name: str, values: Iterable[Any], texts: Iterable[str], textual: bool
) -> dict[str, str]:
    """Cell -> reason for every value of a variable that its maker declared to be no answer."""
    ranges = meta.missing_ranges.get(name, ())
    letters = set(meta.missing_user_values.get(name, ()))
    if not ranges and not letters:
        return {}
    found = {}
    for value, text in {text: (value, text) for value, text in zip(values, texts)}.values():
        declared = _in_ranges(value, ranges) or (not textual and isinstance(value, str))
        if text and declared:
            found[text] = f"user_missing:{text.strip()}"
    return found


def _in_ranges(value: Any, ranges: Iterable[Mapping[str, Any]]) -> bool:
    return any(low <= value <= high for low, high in _alike(value, ranges))


def _alike(value: Any, ranges: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, Any]]:
    """The limits that can be compared with a value: text with text, numbers with numbers."""
    for one in ranges:
        low, high = one["lo"], one["hi"]
        if isinstance(value, str) and isinstance(low, str):
            yield low.rstrip(), high.rstrip() + " " * 8
        elif isinstance(value, (int, float)) and isinstance(low, (int, float)):
            yield low, high
