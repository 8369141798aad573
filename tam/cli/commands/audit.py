"""``tam audit``: reserved."""

from tam.cli.not_yet import reserved

command = reserved("audit", "tam fit --model FILE --moments FILE --nobs N")
