"""Writes the reference pages from the code: ``python docs/generate.py``; ``--check`` says what is stale."""

from __future__ import annotations

import inspect
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import click
from evidence_schema import with_evidence
from publication_page import publication_page
from results_schema import results_schema

from tam.analysis.analysis import SCHEMA
from tam.cli.command import TamGroup
from tam.cli.commands import COMMANDS
from tam.cli.exit_codes import ExitCode
from tam.cli.main import group
from tam.content import content_path
from tam.errors import catalogue
from tam.report.topics import references, topics
from tam.spec.study import RULES

HERE = Path(__file__).parent
GENERATED = "<!-- Written by docs/generate.py; change the code, not this page. -->\n"

EXITS = {
    ExitCode.USABLE: "Done, and the results may be used.",
    ExitCode.NOT_TO_BE_TRUSTED: "Done, but not to be trusted (no convergence, an inadmissible solution, "
    "a failed check); files are written and say so at the top.",
    ExitCode.CHANGE_SOMETHING: "You must change something; nothing was computed.",
    ExitCode.OUR_FAULT: "A fault of tam itself.",
    ExitCode.INTERRUPTED: "Interrupted by you; nothing is half-written.",
}

STUDY_KEYS: Mapping[str, str] = tomllib.loads((HERE / "study_keys.toml").read_text(encoding="utf-8"))
"""Dotted key of study.toml -> what it means."""


def pages() -> dict[str, str]:
    """Every generated file by its path under docs/."""
    schema = with_evidence(results_schema(SCHEMA))
    return {
        "reference/commands.md": commands_page(),
        "reference/problems.md": problems_page(),
        "reference/statistics.md": statistics_page(),
        "reference/study-file.md": study_page(),
        "reference/publication-file.md": publication_page(GENERATED),
        "reference/results-file.md": results_page(schema),
        "reference/results.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
    }


def commands_page() -> str:
    parts = [
        GENERATED,
        "# Commands\n",
        "Every command takes `--json`, `-q` and `--no-color`.\n",
        _exit_table(),
    ]
    assert isinstance(group, TamGroup)
    with click.Context(group, info_name="tam") as outer:
        for name in COMMANDS:
            command = group.get_command(outer, name)
            assert command is not None
            parts.append(_command(name, command, outer))
    return "\n".join(parts)


def _exit_table() -> str:
    rows = "\n".join(f"| {int(code)} | {text} |" for code, text in EXITS.items())
    return f"""\
## Exit codes

| code | meaning |
|---|---|
{rows}

Results go to stdout, progress and problems to stderr. With `--json` there is exactly one object on
stdout, the same shape on success and on failure:
`{{"schema", "command", "ok", "problems": [...], "result": {{...}}}}`. Poor fit is a finding, not an exit
code. `TAM_LANG=zh` tells problems in Chinese, `NO_COLOR` switches colours off, `TAM_DEBUG=1` prints the
trace of a fault of ours.
"""


def _command(name: str, command: click.Command, outer: click.Context) -> str:
    context = click.Context(command, parent=outer, info_name=name)
    usage = command.get_usage(context).removeprefix("Usage: ")
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    prose = [line for line in text.split("\n") if not line.startswith("  ")]
    examples = [line.strip() for line in text.split("\n") if line.startswith("  ")]
    shared = {"--json", "-q", "--quiet", "--no-color", "-h", "--help"}
    options = [
        one
        for one in command.get_params(context)
        if isinstance(one, click.Option) and not set(one.opts) & shared
    ]
    parts = [f"## tam {name}\n", f"`{' '.join(usage.split())}`\n", "\n".join(prose).strip() + "\n"]
    if examples:
        parts.append("```sh\n" + "\n".join(examples) + "\n```\n")
    if options:
        rows = "\n".join(f"| `{_option(one)}` | {_cell(one.help or '')} |" for one in options)
        parts.append("| option | |\n|---|---|\n" + rows + "\n")
    return "\n".join(parts)


def _option(option: click.Option) -> str:
    name = ", ".join(option.opts)
    if option.is_flag:
        return name
    choices = "|".join(option.type.choices) if isinstance(option.type, click.Choice) else ""
    return f"{name} {option.metavar or choices or option.type.name.upper()}".replace("|", "\\|")


def problems_page() -> str:
    parts = [
        GENERATED,
        "# Problems\n",
        "What tam says when something is wrong, and what to do. In braces: what the message fills in. "
        "`tam explain CODE --lang zh` tells each in Chinese.\n",
    ]
    for path in sorted(content_path("reports", "words", "problems").glob("*.en.toml")):
        codes = _toml_keys(path)
        parts.append(f"## {path.name.removesuffix('.en.toml').capitalize()}\n")
        for code in codes:
            one = catalogue()[code]
            parts.append(
                f"### {code}\n\n*{one['severity']}, exit {one['exit']}.* {_escaped(one['what'])}\n\n"
                f"{_escaped(one['why'])} {_escaped(one['explain'])}\n\n**Mend:** {_escaped(one['mend'])}\n"
            )
    return "\n".join(parts)


def _toml_keys(path: Path) -> list[str]:
    return list(tomllib.loads(path.read_text(encoding="utf-8")))


def statistics_page() -> str:
    """Every topic of `tam explain` that is no problem, by kind."""
    parts = [GENERATED, "# Statistics, rules and verdicts\n", "The same as `tam explain NAME`.\n"]
    by_kind: dict[str, list[str]] = {}
    aliases: dict[str, list[str]] = {}
    for name, topic in topics().items():
        if name == topic.name:
            by_kind.setdefault(topic.kind, []).append(name)
        else:
            aliases.setdefault(topic.name, []).append(name)
    for kind, names in by_kind.items():
        parts.append(f"## {kind.capitalize()}\n")
        for name in names:
            topic = topics()[name]
            also = f" (also: {', '.join(f'`{one}`' for one in aliases[name])})" if name in aliases else ""
            parts.append(f"### {name}\n\n**{topic.title}**{also}. {topic.meaning} {topic.reading}\n")
            if topic.formula:
                parts.append(f"```\n{topic.formula}\n```\n")
            if topic.differs:
                parts.append(f"{topic.differs}\n")
            notes = [f"Agrees with `{topic.peer}`."] if topic.peer else []
            notes += [references()[key].line for key in topic.references]
            if notes:
                parts.append("\n".join(f"- {note}" for note in notes) + "\n")
    return "\n".join(parts)


def study_page() -> str:
    """Keys of study.toml from the forms that read it; every key must be described here."""
    form = import_module("tam.spec.study_file").StudyForm
    found = list(_fields(form, ""))
    missing = [path for path, _, _ in found if path not in STUDY_KEYS]
    idle = [path for path in STUDY_KEYS if path not in {path for path, _, _ in found}]
    if missing or idle:
        raise SystemExit(
            f"docs/generate.py: study keys without description {missing}; described in vain {idle}"
        )
    rows = "\n".join(f"| `{path}` | {_cell(STUDY_KEYS[path])} | {default} |" for path, default, _ in found)
    example = content_path("instruments", "demo", "study.toml").read_text(encoding="utf-8")
    return f"""\
{GENERATED}
# The study file

One `study.toml` a study. Unknown keys are errors with a suggestion. Options on the command line beat the
file, the file beats the defaults.

| key | meaning | default |
|---|---|---|
{rows}

Rules of `screening.exclude`: {", ".join(f"`{rule}`" for rule in RULES)}.

The study file of the demonstration:

```toml
{example}```
"""


def _fields(form: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """Dotted path, default and annotation of every key, forms within forms unfolded."""
    from pydantic import BaseModel

    for name, field in form.model_fields.items():
        key = f"{path}{field.alias or name}"
        inner = [
            one
            for one in (field.annotation, *get_args(field.annotation))
            if isinstance(one, type) and issubclass(one, BaseModel) and one.__name__ != "TextForm"
        ]
        nested = inner and name not in ("hypotheses", "controls", "columns", "title", "simulated", "labels")
        if nested:
            yield from _fields(inner[0], f"{key}.")
        else:
            yield key, _default(field), field.annotation


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ({}, []):
        return ""
    return f"`{json.dumps(value)}`"


def results_page(schema: Mapping[str, Any]) -> str:
    parts = [
        GENERATED,
        "# The results file\n",
        f"{schema['description']} Machine-readable: [results.schema.json](results.schema.json).\n",
    ]
    for name, part in schema["properties"].items():
        rows = list(_described(part, name))
        about = _unfolded(part).get("description", "")
        parts.append(f"## {name}\n\n{about}\n")
        if rows:
            table = "\n".join(f"| `{path}` | {kind} | {_cell(text)} |" for path, kind, text in rows)
            parts.append("| path | type | |\n|---|---|---|\n" + table + "\n")
    return "\n".join(parts)


def _unfolded(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema["anyOf"][0] if "anyOf" in schema else schema


def _described(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """Every path below a schema; problems and reasons are told once, at the top."""
    schema = _unfolded(schema)
    for name, inner in schema.get("properties", {}).items():
        yield from _row(inner, f"{path}.{name}")
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from _row(schema["additionalProperties"], f"{path}.*")
    if "items" in schema:
        yield from _row(schema["items"], f"{path}[]")


def _row(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    plain = _unfolded(schema)
    kind = plain.get("type", "")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    kind = kind or ("one of " + ", ".join(map(str, plain["enum"])) if "enum" in plain else "any")
    if "anyOf" in schema:
        kind += " or null"
    yield path, kind, plain.get("description", "")
    if path.rsplit(".", 1)[-1] not in ("problems", "unavailable", "label", "text", "statement", "title"):
        yield from _described(schema, path)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_").rstrip("\n")


def stale() -> list[str]:
    """Generated files that do not say what the code says."""
    return [
        name
        for name, content in pages().items()
        if not (HERE / name).is_file() or (HERE / name).read_text(encoding="utf-8") != content
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("\n".join(f"stale: docs/{name}" for name in stale()) or None)
    for name, content in pages().items():
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_bytes(content.encode("utf-8"))
