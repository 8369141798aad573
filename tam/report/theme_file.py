"""Reads a theme file: every key known, every colour a colour that can be read, the logo a picture."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from tam.errors import Problem, TamError, Where, problem, raise_if_any
from tam.report.theme import Picture, Theme, TitlePage
from tam.report.theme_colours import NAMES, as_hex, completed, dark_from, readable, shipped, unreadable
from tam.report.theme_picture import picture_of_address, read_picture
from tam.spec.instrument_forms import TextForm
from tam.spec.text import Text
from tam.spec.validate import Strict, as_problems

LARGEST = 64_000
"""Bytes of a theme file; a logo stands beside it, not in it."""

_FAMILY = re.compile(r"[^\W_](?:[\w .+-]{0,58}\w)?")
"""Letters of any script, digits, spaces and dashes: nothing that could end a declaration."""


class TitlePageForm(Strict):
    title: TextForm | str | None = None
    subtitle: TextForm | str | None = None
    client: TextForm | str | None = None
    date: TextForm | str | None = None
    confidential: TextForm | str | None = None


class ColoursForm(Strict):
    page: str | None = None
    surface: str | None = None
    ink: str | None = None
    muted: str | None = None
    accent: str | None = None
    accent_ink: str | None = None
    series_1: str | None = None
    series_2: str | None = None
    series_3: str | None = None


class LightForm(ColoursForm):
    dark: ColoursForm = ColoursForm()


class FontsForm(Strict):
    text: list[str] = Field(default=[], max_length=8)
    headings: list[str] = Field(default=[], max_length=8)


class ThemeForm(Strict):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    organisation: TextForm | str | None = None
    logo: str | None = None
    logo_dark: str | None = None
    colours: LightForm = LightForm()
    fonts: FontsForm = FontsForm()
    title_page: TitlePageForm | None = None


def read_theme(path: Path) -> Theme:
    """The theme of a file. Raises TamError with all problems at once."""
    where = Where(path.name)
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise TamError(problem("file-too-large", where, size=path.stat().st_size, largest=LARGEST))
        stated = tomllib.loads(text.decode("utf-8-sig"))
    except OSError:
        raise TamError(problem("theme-not-found", where, path=str(path))) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise TamError(problem("theme-not-toml", where, reason=str(fault))) from None
    form = _form(stated, where)
    found = {
        name: read_picture(path.parent / name_of_file, name, where)
        for name in ("logo", "logo_dark")
        if (name_of_file := getattr(form, name))
    }
    problems = [one for one in found.values() if isinstance(one, Problem)]
    pictures = {name: one for name, one in found.items() if isinstance(one, Picture)}
    return _built(form, stated, pictures, where, problems)


def theme_of(stated: Mapping[str, Any], addresses: Mapping[str, str]) -> Theme:
    """The theme that a report keeps of itself. ``addresses``: its pictures as ``data:`` addresses.

    Raises TamError, or ValueError where a picture is none.
    """
    where = Where("report")
    form = _form(dict(stated), where)
    pictures = {name: picture_of_address(address) for name, address in addresses.items()}
    return _built(form, stated, pictures, where, [])


def _form(stated: Mapping[str, Any], where: Where) -> ThemeForm:
    try:
        return ThemeForm.model_validate(dict(stated))
    except ValidationError as fault:
        raise TamError(as_problems(fault, ThemeForm, lambda _: where)) from None


def _built(
    form: ThemeForm,
    stated: Mapping[str, Any],
    pictures: Mapping[str, Picture],
    where: Where,
    problems: list[Problem],
) -> Theme:
    light, dark = _colours(form.colours), _colours(form.colours.dark)
    problems = [*problems, *_colour_problems(form.colours, where), *_font_problems(form.fonts, where)]
    raise_if_any(problems)
    light = completed(light, "light")
    dark = completed(dark if "accent" in dark else dark_from(light) | dark, "dark")
    raise_if_any([*_contrast_problems(light, "light", where), *_contrast_problems(dark, "dark", where)])
    return Theme(
        organisation=_text(form.organisation),
        logo=pictures.get("logo"),
        logo_dark=pictures.get("logo_dark"),
        light=light,
        dark=dark,
        text_fonts=tuple(form.fonts.text),
        heading_fonts=tuple(form.fonts.headings),
        title_page=_title_page(form.title_page),
        stated=dict(stated),
    )


def _text(stated: TextForm | str | None) -> Text | None:
    """Words as stated; none where they are empty."""
    text = stated.text() if isinstance(stated, TextForm) else Text(stated) if stated else None
    return text if text and (text.en or text.zh) else None


def _title_page(form: TitlePageForm | None) -> TitlePage | None:
    if form is None:
        return None
    return TitlePage(**{name: _text(getattr(form, name)) for name in TitlePageForm.model_fields})


def _colours(form: ColoursForm) -> dict[str, str]:
    """Token of the stylesheet -> colour, of those stated that are colours."""
    stated = {name.replace("_", "-"): getattr(form, name) for name in NAMES}
    return {name: code for name, value in stated.items() if value and (code := as_hex(value))}


def _colour_problems(form: LightForm, where: Where) -> Iterator[Problem]:
    for prefix, colours in (("colours", form), ("colours.dark", form.dark)):
        for name in NAMES:
            value = getattr(colours, name)
            if value is not None and as_hex(value) is None:
                yield problem("theme-not-a-colour", where, key=f"{prefix}.{name}", value=value)


def _font_problems(form: FontsForm, where: Where) -> Iterator[Problem]:
    for key, families in (("fonts.text", form.text), ("fonts.headings", form.headings)):
        for family in families:
            if _FAMILY.fullmatch(family) is None:
                yield problem("theme-not-a-font", where, key=key, value=family)


def _contrast_problems(colours: Mapping[str, str], mode: str, where: Where) -> Iterator[Problem]:
    palette = {**shipped(mode), **colours}
    told: set[str] = set()
    for name, ground, ratio in unreadable(colours, mode):
        if name in told:
            continue
        told.add(name)
        yield problem(
            "theme-contrast",
            where,
            mode=mode,
            name=name.replace("-", "_"),
            colour=palette[name],
            ground=ground,
            ground_colour=palette[ground],
            ratio=f"{ratio:.2f}",
            suggestion=readable(palette[name], palette[ground]),
        )
