"""YAML in which every value knows its line, duplicate keys are problems, and no word turns into a boolean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tam.errors import Problem, TamError, Where, problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 2_000_000
"""Bytes. The largest shipped instrument has some 30,000; a file a hundred times that is not an instrument."""

_DEEPEST = 20
"""Levels of nesting. No specification needs more than six."""
_PLAIN_KINDS = ("null", "bool", "int", "float", "str", "seq", "map", "timestamp", "merge", "value")
_STANDARD = tuple(f"tag:yaml.org,2002:{kind}" for kind in _PLAIN_KINDS)

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class MarkedYaml:
    """Plain data, and the line (from 1) on which each of its values begins, by path of keys."""

    file: str
    data: Any
    lines: dict[Path_, int]
    problems: tuple[Problem, ...]

    def line(self, path: Path_) -> int | None:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(path: Path, *, as_text: bool = False, largest: int = _LARGEST) -> MarkedYaml:
    """Read one YAML document of at most ``largest`` bytes. Raises TamError where it is no YAML at all.

    ``as_text``: every scalar but null stays the text that was written, so that 0.610 keeps its last digit.
    """
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise TamError(problem("file-not-readable", Where(path.name), reason=fault.strerror or "?")) from None
    if len(raw) > largest:
        raise TamError(problem("file-too-large", Where(path.name), size=len(raw), largest=largest))
    try:
        text = raw.decode("utf-8-sig")
        _refuse_dangerous(text, path.name)
        root = yaml.compose(text, Loader=_LOADER)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        reason = getattr(fault, "problem", None) or "not UTF-8 text or nested too deeply"
        raise TamError(problem("yaml-syntax", Where(path.name, line=line), reason=reason)) from None
    lines: dict[Path_, int] = {}
    problems: list[Problem] = []
    read = _text if as_text else _scalar
    data = _build(root, (), lines, problems, path.name, read) if root is not None else None
    return MarkedYaml(path.name, data, lines, tuple(problems))


def _refuse_dangerous(text: str, file: str) -> None:
    """Aliases and depth without end, found in the stream of events before any of it is put together."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark is not None else None
        if isinstance(event, yaml.AliasEvent):
            raise TamError(problem("yaml-alias", Where(file, line=line)))
        depth += isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent))
        depth -= isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent))
        if depth > _DEEPEST:
            raise TamError(problem("yaml-too-deep", Where(file, line=line), deepest=_DEEPEST))


def _build(
    node: yaml.Node,
    path: Path_,
    lines: dict[Path_, int],
    problems: list[Problem],
    file: str,
    read: Callable[[yaml.ScalarNode], Any],
) -> Any:
    lines[path] = node.start_mark.line + 1
    if node.tag not in _STANDARD:
        problems.append(problem("yaml-tag", Where(file, line=lines[path]), tag=node.tag))
    if isinstance(node, yaml.ScalarNode):
        return read(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(part, (*path, i), lines, problems, file, read) for i, part in enumerate(node.value)]
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = read(key_node) if isinstance(key_node, yaml.ScalarNode) else str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in mapping:
            problems.append(problem("duplicate-key", Where(file, line=line), key=key))
        mapping[key] = _build(value_node, (*path, key), lines, problems, file, read)
        lines[(*path, key)] = line
    return mapping


def _text(node: yaml.ScalarNode) -> str | None:
    """The text as written; an empty value, ``~`` and ``null`` are nothing."""
    return None if node.tag.rpartition(":")[2] == "null" else str(node.value)


def _scalar(node: yaml.ScalarNode) -> Any:
    """Numbers, true, false and null as such; every other plain word (yes, no, on, off, dates) as text."""
    kind, word = node.tag.rpartition(":")[2], str(node.value)
    if kind == "null":
        return None
    if kind == "bool" and word.lower() in ("true", "false"):
        return word.lower() == "true"
    if kind == "int" and word.lstrip("+-").isascii() and word.lstrip("+-").isdigit():
        return int(word)
    if kind == "float":
        try:
            return float(word)
        except ValueError:
            return word
    return word
