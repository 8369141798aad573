"""The commented file in which a person writes down the printed numbers of a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tam.cli.answer import Answer, Block
from tam.content import content_path
from tam.errors import TamError, problem
from tam.writing import write_files

DEFAULT_FILE = "publication.yaml"

_NEXT = {
    "en": "Fill it in, then: tam reproduce {file}, tam audit {file}",
    "zh": "请填写该文件，然后执行：tam reproduce {file}，tam audit {file}",
}


def publication_template(language: str) -> str:
    """The template in one language; every example in it is a comment."""
    return content_path("reports", "publication", f"template.{language}.yaml").read_text(encoding="utf-8")


def start_publication(folder: str, name: str, language: str) -> Answer:
    """Write the template as ``name`` into ``folder``. A file that exists is not replaced: TamError."""
    if not name.lower().endswith((".yaml", ".yml")):
        raise TamError(problem("publication-file-name", name=name))
    place = Path(folder) / name
    if place.exists():
        raise TamError(problem("would-overwrite", folder=str(place.parent), files=[place.name]))
    files = [str(path) for path in write_files({place: publication_template(language)})]
    record: dict[str, Any] = {"instrument": None, "published": place.stem, "files": files}
    blocks: list[Block] = [*files, "", _NEXT[language].format(file=place)]
    return Answer(record, blocks)
