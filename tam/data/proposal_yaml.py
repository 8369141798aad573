"""A proposal as an instrument file: YAML that can be read back exactly, with the reasons as comments.

Words of strangers stand only inside double quotes, escaped, or in comments as one line of printable
characters: nothing in an export can add a key, end a comment or change a value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache

from tam.content import content_path
from tam.data.proposal import Because, Kind, Proposal
from tam.spec.instrument import AttentionCheck, Label, Scale, Variable
from tam.spec.text import Text

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,40}")
_RESERVED = frozenset(["null", "true", "false", "yes", "no", "on", "off", "nan", "inf", "none"])
_LONGEST_COMMENT = 400
_WIDTH = 108
_MOST_LEFT_OUT = 300


def quoted(text: str) -> str:
    """A double-quoted string that YAML and TOML read alike: everything that is not printable is escaped."""
    return '"' + "".join(map(_escaped, text.encode("utf-8", errors="replace").decode("utf-8"))) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}"


def name(text: str) -> str:
    """An identifier, in quotes where YAML could take it for something else."""
    return text if _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED else quoted(text)


def comment(text: str, indent: str = "") -> list[str]:
    """Comment lines of printable characters only."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    plain = plain if len(plain) <= _LONGEST_COMMENT else plain[: _LONGEST_COMMENT - 1] + "…"
    lines, line = [], ""
    for word in plain.split(" "):
        if line and len(indent) + 2 + len(line) + len(word) > _WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    return [f"{indent}# {one}" for one in (*lines, line) if one]


@cache
def proposal_words(language: str) -> Mapping[str, str]:
    path = content_path("reports", "questionnaire", f"proposal.{language}.toml")
    words: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return words


def said(because: Because, language: str) -> str:
    """A reason in words; long lists are cut."""
    values = {key: _brief(value, language) for key, value in because.values.items()}
    return proposal_words(language)[because.key].format_map(values)


def _brief(value: object, language: str) -> str:
    if isinstance(value, Text):
        return value.get(language)
    if isinstance(value, (list, tuple)):
        shown = [str(one) for one in value]
        if len(shown) > 8:
            return f"{', '.join(shown[:3])} .. {shown[-1]}"
        return ", ".join(shown)
    return str(value)


def instrument_yaml(proposal: Proposal, language: str) -> str:
    """The instrument file of a proposal. Loading it gives the proposal's instrument again."""
    instrument, words = proposal.instrument, proposal_words(language)

    def why(kind: Kind, one: str, indent: str = "") -> list[str]:
        return [
            line for b in proposal.reasons.get((kind, one), ()) for line in comment(said(b, language), indent)
        ]

    lines = [*comment(words["head"]), *comment(words["head_how"]), ""]
    lines += ["schema: tam-instrument/0.1", f"id: {quoted(instrument.id)}", "version: 0.1.0"]
    lines += [f"title: {_text(instrument.title)}", f"languages: [{', '.join(instrument.languages)}]"]
    lines += [f"status: {instrument.status}  # {words['status']}", "", "response_scales:"]
    for scale in instrument.scales.values():
        lines += [*why("scale", scale.id, "  "), *_scale(scale)]
    lines += ["", *comment(words["missing"]), "missing_codes:"]
    for code, reason in instrument.missing_codes.items():
        lines += why("missing", code, "  ")
        lines.append(f"  {quoted(code)}: {{reason: {name(reason)}}}")
    lines += ["", "constructs:" if instrument.constructs else "constructs: {}"]
    for construct in instrument.constructs.values():
        lines += why("construct", construct.id, "  ")
        lines.append(f"  {name(construct.id)}: {{label: {_text(construct.label)}, model: reflective}}")
    lines += ["", *comment(words["items"]), "items:" if instrument.items else "items: []"]
    for item in instrument.items.values():
        lines += why("item", item.id, "  ")
        reverse = "reverse: true, " if item.reverse else ""
        head = f"id: {name(item.id)}, construct: {name(item.construct)}, scale: {name(item.scale)}"
        lines.append(f"  - {{{head}, {reverse}text: {_text(item.text)}}}")
    if instrument.attention_checks:
        lines += ["", "attention_checks:"]
        for check in instrument.attention_checks.values():
            lines += [*why("check", check.id, "  "), _check(check)]
    if instrument.variables:
        lines += ["", *comment(words["variables"]), "variables:"]
        for variable in instrument.variables.values():
            lines += [*why("variable", variable.id, "  "), _variable(variable)]
    lines += _left_out(proposal, language)
    return "\n".join(lines) + "\n"


def _text(text: Text) -> str:
    parts = [
        f"{key}: {quoted(value)}" for key, value in (("en", text.en), ("zh", text.zh)) if value is not None
    ]
    return "{" + ", ".join(parts or ['en: ""']) + "}"


def _scale(scale: Scale) -> Iterable[str]:
    bounds = [f"{key}: {_number(v)}" for key, v in (("min", scale.min), ("max", scale.max)) if v is not None]
    head = ", ".join([f"type: {scale.type}", *bounds])
    if not scale.labels:
        return [f"  {name(scale.id)}: {{{head}}}"]
    lines = [f"  {name(scale.id)}:", *(f"    {part}" for part in head.split(", ")), "    labels:"]
    return [*lines, *(f"      {code}: {_label(label)}" for code, label in scale.labels.items())]


def _label(label: Label) -> str:
    text = _text(Text(label.en, label.zh))
    if not label.aliases:
        return text
    return f"{text[:-1]}, aliases: [{', '.join(map(quoted, label.aliases))}]}}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _check(check: AttentionCheck) -> str:
    passing = ", ".join(map(str, check.passing))
    after = f", after: {name(check.after)}" if check.after else ""
    head = (
        f"id: {name(check.id)}, type: {check.type}, scale: {name(check.scale.id)}, pass: [{passing}]{after}"
    )
    return f"  - {{{head}, text: {_text(check.text)}}}"


def _variable(one: Variable) -> str:
    type_ = "" if one.type == "single" else f"type: {one.type}, "
    label = f"label: {_text(one.label)}, " if one.label is not None else ""
    parts = f"role: {one.role}, {type_}scale: {name(one.scale)}, {label}text: {_text(one.text)}"
    return f"  {name(one.id)}: {{{parts}}}"


def _left_out(proposal: Proposal, language: str) -> list[str]:
    if not proposal.left_out:
        return []
    lines = ["", *comment(proposal_words(language)["left_out"])]
    for one in proposal.left_out[:_MOST_LEFT_OUT]:
        lines += comment(f"- {one.header[:80]}: {said(one.because, language)}")
    return lines
