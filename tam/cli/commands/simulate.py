"""``tam simulate``: reserved."""

from tam.cli.not_yet import reserved

command = reserved("simulate", "tam demo")
