"""YAML in which every value knows its line, duplicate keys are problems, and no word turns into a boolean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tam.errors import Problem, TamError, Where, problem

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 2_000_000
"""Bytes. The largest shipped instrument has some 30,000; a file a hundred times that is not an instrument."""

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


def read_yaml(path: Path) -> MarkedYaml:
    """Read one YAML document. Raises TamError where it is no YAML at all."""
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise TamError(problem("file-not-readable", Where(path.name), reason=fault.strerror or "?")) from None
    if len(raw) > _LARGEST:
        raise TamError(problem("file-too-large", Where(path.name), size=len(raw), largest=_LARGEST))
    try:
        text = raw.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER)):
            raise TamError(problem("yaml-alias", Where(path.name)))
        root = yaml.compose(text, Loader=_LOADER)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        reason = getattr(fault, "problem", None) or "not UTF-8 text or nested too deeply"
        raise TamError(problem("yaml-syntax", Where(path.name, line=line), reason=reason)) from None
    lines: dict[Path_, int] = {}
    problems: list[Problem] = []
    data = _build(root, (), lines, problems, path.name) if root is not None else None
    return MarkedYaml(path.name, data, lines, tuple(problems))


def _build(node: yaml.Node, path: Path_, lines: dict[Path_, int], problems: list[Problem], file: str) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(part, (*path, i), lines, problems, file) for i, part in enumerate(node.value)]
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in mapping:
            problems.append(problem("duplicate-key", Where(file, line=line), key=key))
        mapping[key] = _build(value_node, (*path, key), lines, problems, file)
        lines[(*path, key)] = line
    return mapping


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
