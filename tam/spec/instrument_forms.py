"""The parts of an instrument file as written in YAML; ``instrument_file`` makes the nouns of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from tam.spec.instrument import Role, ScaleType, Status, VariableType
from tam.spec.text import Text
from tam.spec.validate import Strict

Words = str | None
Number = Annotated[float, BeforeValidator(lambda v: float(v) if isinstance(v, int) else v)]
AsText = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, (int, float)) else v)]


class TextForm(Strict):
    en: Words = None
    zh: Words = None

    def text(self) -> Text:
        return Text(self.en, self.zh)


class LabelForm(TextForm):
    aliases: list[AsText] = []


class ScaleForm(Strict):
    type: ScaleType = "ordinal"
    points: int | None = None
    min: Number | None = None
    max: Number | None = None
    labels: dict[int | str, LabelForm | str] = {}


class MissingForm(Strict):
    reason: str
    platforms: list[str] = []


class SourceForm(Strict):
    cite: str
    url: Words = None
    doi: Words = None
    note: Words = None


class ConstructForm(Strict):
    label: TextForm | str
    model: Literal["reflective", "second_order_reflective"] = "reflective"
    source: Words = None
    scale: Words = None
    of: list[str] = []
    adaptation: Words = None


class ItemForm(Strict):
    id: str
    of_construct: str = Field(alias="construct")
    text: TextForm | str
    reverse: bool = False
    scale: Words = None


class CheckForm(Strict):
    id: str
    type: Literal["instructed", "bogus", "seriousness"]
    text: TextForm | str
    scale: str | dict[int, LabelForm | str]
    passing: list[int] = Field(alias="pass")
    after: Words = None


class VariableForm(Strict):
    text: TextForm | str
    scale: str
    role: Role = "demographic"
    type: VariableType = "single"
    label: TextForm | str | None = None


class TierForm(Strict):
    id: str
    label: TextForm | str
    over: Number | None = None
    from_: Number | None = Field(default=None, alias="from")
    to: Number | None = None
    under: Number | None = None


class TierSchemeForm(Strict):
    label: TextForm | str
    tiers: list[TierForm]
    source: Words = None


class PresentationForm(Strict):
    order: Literal["fixed", "random"] = "fixed"
    pages: list[list[str]] = []


class ColumnForm(Strict):
    match: Words = None
    exact: Words = None
    position: int | None = None


class DataMapForm(Strict):
    platform: Words = None
    form: Literal["text", "sequence", "score"] | None = None
    file_encoding: Words = None
    meta: dict[str, str] = {}
    columns: dict[str, ColumnForm | str] = {}
    sequence_order: dict[str, Literal["ascending", "descending"]] = {}


class InstrumentForm(Strict):
    schema_: Literal["tam-instrument/0.1"] = Field(alias="schema")
    id: str
    version: AsText
    title: TextForm | str
    description: TextForm | str | None = None
    instructions: TextForm | str | None = None
    languages: list[Literal["en", "zh"]]
    administered_language: Literal["en", "zh"] | None = None
    status: Status
    response_scales: dict[str, ScaleForm]
    missing_codes: dict[AsText, MissingForm] = {}
    sources: dict[str, SourceForm] = {}
    constructs: dict[str, ConstructForm]
    items: list[ItemForm]
    attention_checks: list[CheckForm] = []
    variables: dict[str, VariableForm] = {}
    tier_schemes: dict[str, TierSchemeForm] = {}
    presentation: PresentationForm = PresentationForm()
    screening: dict[str, Any] = {}
    data_map: DataMapForm | None = None
