"""What MkDocs does beside building docs/: the reports of the gallery and the changes become part of the site.

Pages are written for the repository, where a link may leave docs/. On the site, reports/examples/ stands
inside and CHANGELOG.md is the page changes.md; a link to any other file of the repository has no place there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = "reports/examples"
LONG = ("reference/agreement.md",)
"""Tables of thousands of numbers: not for the search."""


def on_files(files: Any, config: Any) -> Any:
    """Add the example reports and the changes."""
    for path in sorted((ROOT / EXAMPLES).rglob("*")):
        if path.is_file():
            name = path.relative_to(ROOT).as_posix()
            files.append(File.generated(config, name, abs_src_path=str(path)))
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "changes.md", content=changes))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links out of docs/ become links inside the site."""
    if page.file.src_uri in LONG:
        page.meta["search"] = {"exclude": True}
    inside = re.sub(rf"\]\(((?:\.\./)+){EXAMPLES}/", lambda found: f"]({found[1][3:]}{EXAMPLES}/", markdown)
    return re.sub(r"\]\(((?:\.\./)+)CHANGELOG\.md", lambda found: f"]({found[1][3:]}changes.md", inside)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Pages in Chinese say so."""
    if page.file.src_uri.startswith("zh/"):
        return output.replace('<html lang="en"', '<html lang="zh-Hans"', 1)
    return output
