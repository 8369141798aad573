"""``tam instruments``: the shipped questionnaires, and the wording and sources of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tam.cli.answer import Answer, Block, Heading, Table
from tam.cli.command import console, tam_command

if TYPE_CHECKING:
    from tam.spec.instrument import Instrument


@tam_command("instruments")
@click.argument("name", required=False)
@click.option("--lang", "language", type=click.Choice(["en", "zh"]), help="Language of the wording.")
def command(name: str | None, language: str | None) -> Answer:
    """List the questionnaires that are here, or show one with its wording and sources.

    NAME is a shipped name or the path of a YAML file.

    \b
      tam instruments
      tam instruments kol-tam --lang zh
    """
    from tam.spec.instrument_file import load_instrument, shipped_instruments

    language = language or console().preferences.language
    if name is not None:
        instrument = load_instrument(name)
        return Answer(result=instrument_record(instrument), blocks=_shown(instrument, language))
    instruments = [load_instrument(one) for one in shipped_instruments()]
    rows = tuple(
        (
            one.id,
            one.version,
            one.status,
            str(len(one.items)),
            str(len(one.constructs)),
            one.title.get(language),
        )
        for one in instruments
    )
    table = Table(("name", "version", "status", "items", "constructs", "title"), rows, align="lllrrl")
    listed = [
        {
            "id": one.id,
            "version": one.version,
            "status": one.status,
            "title": one.title.to_dict(),
            "n_items": len(one.items),
        }
        for one in instruments
    ]
    return Answer(
        result={"instruments": listed}, blocks=(table, "", "tam instruments NAME shows one in full.")
    )


def instrument_record(instrument: Instrument) -> dict[str, Any]:
    """An instrument as plain data: what was asked, in both languages, and where it comes from."""
    return {
        "id": instrument.id,
        "version": instrument.version,
        "status": instrument.status,
        "title": instrument.title.to_dict(),
        "languages": list(instrument.languages),
        "digest": instrument.digest,
        "constructs": {
            one.id: {
                "label": one.label.to_dict(),
                "of": list(one.of),
                "source": one.source,
                "adaptation": one.adaptation,
            }
            for one in instrument.constructs.values()
        },
        "items": {
            one.id: {
                "construct": one.construct,
                "text": one.text.to_dict(),
                "reverse": one.reverse,
                "scale": one.scale,
            }
            for one in instrument.items.values()
        },
        "attention_checks": {
            one.id: {"type": one.type, "text": one.text.to_dict(), "passing": list(one.passing)}
            for one in instrument.attention_checks.values()
        },
        "variables": {
            one.id: {"role": one.role, "text": one.text.to_dict(), "scale": one.scale}
            for one in instrument.variables.values()
        },
        "tier_schemes": {
            one.id: {
                "label": one.label.to_dict(),
                "source": one.source,
                "tiers": [tier.id for tier in one.tiers],
            }
            for one in instrument.tier_schemes.values()
        },
        "scales": {
            one.id: {
                "type": one.type,
                "min": one.min,
                "max": one.max,
                "labels": {str(code): {"en": label.en, "zh": label.zh} for code, label in one.labels.items()},
            }
            for one in instrument.scales.values()
        },
        "sources": {
            key: {"cite": one.cite, "url": one.url, "doi": one.doi, "note": one.note}
            for key, one in instrument.sources.items()
        },
    }


def _shown(instrument: Instrument, language: str) -> list[Block]:
    blocks: list[Block] = [
        Heading(f"{instrument.id} {instrument.version} ({instrument.status})"),
        instrument.title.get(language),
    ]
    for construct in instrument.constructs.values():
        source = f"  [{construct.source}]" if construct.source else ""
        blocks.append(Heading(f"{construct.id}  {construct.label.get(language)}{source}"))
        if construct.of:
            blocks.append(f"  second order, of {', '.join(construct.of)}")
        blocks += [
            f"  {item.id}{' (reversed)' if item.reverse else ''}  {item.text.get(language)}"
            for item in instrument.items.values()
            if item.construct == construct.id
        ]
    for title, asked in (
        ("Attention checks", instrument.attention_checks),
        ("Further questions", instrument.variables),
    ):
        if asked:
            blocks.append(Heading(title))
            blocks += [f"  {one.id}  {one.text.get(language)}" for one in asked.values()]
    for scheme in instrument.tier_schemes.values():
        blocks.append(Heading(f"Tier scheme {scheme.id}  {scheme.label.get(language)}"))
        blocks += [f"  {tier.id}  {tier.label.get(language)}" for tier in scheme.tiers]
    if instrument.sources:
        blocks.append(Heading("Sources of the constructs"))
        blocks += [f"  [{key}] {one.cite}" for key, one in instrument.sources.items()]
    return blocks
