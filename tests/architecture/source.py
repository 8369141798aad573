"""The project's own source, read as trees: what the architecture tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tam"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("report", "published", "planning"),
    ("analysis",),
    ("engine",),
    ("stats",),
    ("data",),
    ("spec",),
    ("errors", "content", "definitions", "display", "record", "writing"),
)
"""From top to bottom: a module imports from its own layer's part and from layers below, never from above."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """``tam/spec/model.py`` is of the part ``spec``, ``tam/errors.py`` of the part ``errors``."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Every module a file imports, wherever the import stands, its line, and whether it is for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno, id(node) in for_types
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import in line {node.lineno}"
            for name in node.names:
                yield f"{node.module}.{name.name}", node.lineno, id(node) in for_types
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value), node.lineno, id(node) in for_types
