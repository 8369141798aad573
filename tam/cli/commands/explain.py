"""``tam explain``: what a problem, a statistic, a rule or a verdict means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tam.cli.answer import Answer, Block, Heading
from tam.cli.command import console, tam_command
from tam.cli.usage import nearest_names
from tam.errors import Language, TamError, problem
from tam.report.topics import Topic, explained, problem_topics, references, topics

_LABELS: Mapping[str, tuple[str, str]] = {
    "meaning": ("what it is", "含义"),
    "formula": ("formula", "公式"),
    "reading": ("how to read it", "解读"),
    "mend": ("what to do", "改法"),
    "peer": ("agrees with", "对照"),
    "differs": ("why others may print another value", "为何其他软件结果可能不同"),
    "references": ("references", "文献"),
}


@tam_command("explain")
@click.argument("name", metavar="[CODE]", required=False)
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), help="Language of the words.")
def command(name: str | None, language: Language | None) -> Answer:
    """What a problem, a statistic or a finding means; formula and reference.

    CODE is a name as printed: a problem code, a measure, a column, a screening rule, a verdict.

    \b
      tam explain cfi
      tam explain value-out-of-range --lang zh
    """
    language = language or console().preferences.language
    if name is None:
        return _everything(language)
    topic = explained(name, language)
    if topic is None:
        known = (*topics(language), *problem_topics(language))
        nearest = nearest_names(name, known)
        listed = nearest if len(nearest) <= 3 else ("cfi", "htmt", "omega")
        raise TamError(problem("unknown-topic", topic=name, nearest=listed))
    return Answer(result=_record(topic), blocks=_shown(topic, language))


def _everything(language: Language) -> Answer:
    named: dict[str, list[str]] = {}
    for name, topic in {**topics(language), **problem_topics(language)}.items():
        named.setdefault(topic.kind, []).append(name)
    blocks: list[Block] = []
    for kind, names in named.items():
        blocks += [Heading(kind), "  " + ", ".join(sorted(names))]
    return Answer(result={"topics": {kind: sorted(names) for kind, names in named.items()}}, blocks=blocks)


def _record(topic: Topic) -> dict[str, Any]:
    known = references()
    return {
        "name": topic.name,
        "kind": topic.kind,
        "title": topic.title,
        "meaning": topic.meaning,
        "formula": topic.formula or None,
        "reading": topic.reading,
        "peer": topic.peer or None,
        "differs": topic.differs or None,
        "version": topic.version,
        "references": [
            {"key": key, "cite": known[key].cite, "doi": known[key].doi or None} for key in topic.references
        ],
    }


def _shown(topic: Topic, language: Language) -> list[Block]:
    def label(part: str) -> str:
        return _LABELS[part][1 if language == "zh" else 0]

    blocks: list[Block] = [Heading(f"{topic.name}: {topic.title}")]
    parts = (
        ("meaning", topic.meaning),
        ("formula", topic.formula),
        ("mend" if topic.kind == "problem" else "reading", topic.reading),
        ("peer", topic.peer),
        ("differs", topic.differs),
    )
    for part, text in parts:
        if text:
            blocks += [Heading(label(part)), f"  {text}"]
    if topic.references:
        blocks.append(Heading(label("references")))
        blocks += [f"  {references()[key].line}" for key in topic.references]
    return blocks
