"""Two results files, value by value, without what only says where files lay or which software ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.analysis.evidence import SEAL
from tam.published.comparing import Comparison, Difference, TableComparison, compare

#: Parts that say what the results were made with. They are compared by themselves.
SOFTWARE = ("provenance.tam", "provenance.python", "provenance.packages")
#: Words of problems, which another version may put otherwise.
WORDS = (".what", ".why", ".mend")
DIGESTS = {
    "study.digest",
    "study.instrument.digest",
    *(f"provenance.{name}" for name in ("study_sha256", "instrument_sha256")),
}


def compare_results(
    stored: Mapping[str, Any], found: Mapping[str, Any], *, rebuilt: bool = False, study_file: str = ""
) -> Comparison:
    """Every value of two results; what only says where files lay or which software ran is left out.

    ``found`` may have been read from files of other names. ``rebuilt``: it was run without the study file.
    """
    same = [stored["provenance"].get(name) == found["provenance"].get(name) for name in ("tam",)]
    renamed = _renamed(found, _names_of_data(found), _names_of_data(stored))
    whole = compare(_unsealed(stored), _unsealed(renamed))

    def counts(one: Difference) -> bool:
        if one.path.startswith(SOFTWARE) or (not all(same) and one.path.endswith(WORDS)):
            return False
        if rebuilt and (one.path in DIGESTS or one.path.endswith(".how")):
            return False
        return not (one.path.endswith(".file") and one.found == study_file)

    kept = tuple(one for one in whole.differences if counts(one))
    if len(kept) == len(whole.differences):
        return whole
    return Comparison(tuple(_table_of(table, kept, whole) for table in whole.tables), kept)


def _table_of(table: TableComparison, kept: Sequence[Difference], whole: Comparison) -> TableComparison:
    """The table counted again without the differences that do not count."""
    own = [one for one in kept if one.table == table.table]
    gone = sum(1 for one in whole.differences if one.table == table.table) - len(own)
    top = own[0] if own else None
    return TableComparison(
        table.table,
        table.compared - gone,
        table.identical,
        top.size if top else 0.0,
        top.path if top else None,
    )


def _unsealed(results: Mapping[str, Any]) -> Mapping[str, Any]:
    provenance = {name: value for name, value in results["provenance"].items() if name != SEAL}
    return {**results, "provenance": provenance}


def _names_of_data(results: Mapping[str, Any]) -> list[str]:
    data = mapping(results["study"].get("data"))
    files = data.get("files")
    named = [mapping(one).get("file") for one in files] if isinstance(files, list) else [data.get("file")]
    return [str(one) for one in named]


def _renamed(node: Any, names: Sequence[str], wanted: Sequence[str]) -> Any:
    """The record with the names of its data files as the other record has them."""
    other = {name: new for name, new in zip(names, wanted) if name != new}
    if not other:
        return node
    if isinstance(node, Mapping):
        return {
            key: other.get(value, value)
            if key == "file" and isinstance(value, str)
            else _renamed(value, names, wanted)
            for key, value in node.items()
        }
    return [_renamed(one, names, wanted) for one in node] if isinstance(node, list) else node


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}
