"""Imports go down only; what is fenced in stays fenced in; files stay small."""

from __future__ import annotations

import ast
import warnings

import pytest

from architecture.source import LAYERS, PACKAGE, ROOT, imports, modules, part_of

RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}
MOST_LINES, MANY_LINES = 600, 400


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {part_of(path) for path in modules()} - {"__init__", "__main__"}
    assert parts <= set(RANK), f"no layer for {parts - set(RANK)}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path) -> None:
    part = part_of(path)
    if part in ("__init__", "__main__"):
        return  # the public face names everything, lazily
    wrong = []
    for name, line, _ in imports(path):
        if not name.startswith("tam."):
            continue
        other = name.split(".")[1]
        if other not in RANK:
            continue  # ``from tam import x``
        if other != part and RANK[other] <= RANK[part] and RANK[part] != len(LAYERS) - 1:
            wrong.append(f"line {line}: {part} imports {name}")
        if RANK[part] == len(LAYERS) - 1 and RANK[other] != RANK[part]:
            wrong.append(f"line {line}: the ground floor imports {name}")
    assert not wrong, wrong


def test_only_the_adapter_imports_semopy() -> None:
    users = {
        path.name
        for path in modules()
        for name, _, _ in imports(path)
        if name.split(".")[0] == "semopy" and not path.name.startswith("semopy_engine")
    }
    assert not users


def test_the_report_does_not_compute() -> None:
    fenced = ("numpy.linalg", "scipy", "semopy", "statsmodels", "pingouin", "tam.engine", "tam.stats")
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in (PACKAGE / "report").rglob("*.py")
        for name, line, _ in imports(path)
        if any(name == one or name.startswith(f"{one}.") for one in fenced)
    ]
    assert not found


CATCHES_EVERYTHING = {
    "tam/cli/exit_codes.py": "the one place where anything that went wrong becomes an exit code",
    "tam/engine/beside.py": "what went wrong in another process is raised again where its result is awaited",
    "tam/data/workbook.py": "the foreign reader of workbooks fails on damaged files with any class of error",
}


def test_errors_are_caught_by_name() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in modules()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("except Exception", "except BaseException", "except:"))
    }
    assert found == set(CATCHES_EVERYTHING)


def test_nothing_prints_below_the_command_line() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules()
        if part_of(path) != "cli"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip().startswith(("print(", "logging.basicConfig("))
    ]
    assert not found


def test_files_stay_small() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()
    }
    long = {str(path): n for path, n in lengths.items() if n > MANY_LINES}
    if long:
        warnings.warn(f"files over {MANY_LINES} lines: {long}", stacklevel=1)
    assert not {path: n for path, n in long.items() if n > MOST_LINES}


def test_no_vague_module_names() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    assert not [str(path.relative_to(ROOT)) for path in modules() if path.stem in vague]


def test_no_evaluation_of_text_and_no_pickles() -> None:
    found = []
    for path in modules():
        place = path.relative_to(ROOT)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name in {"eval", "exec", "compile", "__import__"}:
                found.append(f"{place}:{node.lineno} {name}")
        for name, line, _ in imports(path):
            if name.split(".")[0] in {"pickle", "marshal", "shelve", "dill", "joblib"}:
                found.append(f"{place}:{line} {name}")
    assert not found
