"""``tam verify``: reserved."""

from tam.cli.not_yet import reserved

command = reserved("verify", "tam run")
