"""What goes into the wheel beside the package: everything of reports/ but the example reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEFT_OUT = ("examples",)


class ReportsHook(BuildHookInterface):
    """Runs at every build; an editable install finds the folder in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        for path in sorted((Path(self.root) / "reports").iterdir()):
            if path.name not in LEFT_OUT and not path.name.startswith("."):
                build_data["force_include"][str(path)] = f"tam/_content/reports/{path.name}"
