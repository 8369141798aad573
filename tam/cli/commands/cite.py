"""``tam cite``: the references of what a results file used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tam.cli.answer import Answer, Block, Heading
from tam.cli.command import tam_command
from tam.report.used_methods import references_of, used_topics


@tam_command("cite")
@click.argument("results")
def command(results: str) -> Answer:
    """The references of the methods that a results file used.

    Methods whose numbers do not stand in the file are not cited. The sources of the constructs and the
    versions of the software stand beside them.

    \b
      tam cite results.json
    """
    from tam.analysis.analysis import read_results

    record = read_results(results).to_dict()
    names = used_topics(record)
    methods = references_of(names)
    sources = [one for one in record["study"].get("sources") or () if one.get("cite")]
    software = _software(record["provenance"])
    blocks: list[Block] = [Heading("Methods"), *(f"  {one.line}" for one in methods)]
    if sources:
        blocks += [Heading("Constructs"), *(f"  {_source_line(one)}" for one in sources)]
    blocks += [Heading("Software"), "  " + ", ".join(software)]
    result = {
        "methods": list(names),
        "references": [{"key": one.key, "cite": one.cite, "doi": one.doi or None} for one in methods],
        "sources": sources,
        "software": software,
    }
    return Answer(result=result, blocks=blocks)


def _source_line(source: Mapping[str, Any]) -> str:
    link = f"https://doi.org/{source['doi']}" if source.get("doi") else source.get("url")
    return f"{source['cite']} {link}" if link else str(source["cite"])


def _software(provenance: Mapping[str, Any]) -> list[str]:
    packages = [f"{name} {version}" for name, version in provenance["packages"].items()]
    return [f"tam-survey {provenance['tam']}", f"Python {provenance['python']}", *packages]
