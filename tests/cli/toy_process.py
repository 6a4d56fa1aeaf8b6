"""`python -m tests.cli.toy_process [endless] …`: the command line over the small subject."""

from __future__ import annotations

import sys
from unittest.mock import patch

from hamodel.cli import check, main
from tests.cli.toy import endless_promises, endless_system, toy_subject

if __name__ == "__main__":
    subject = toy_subject()
    if sys.argv[1:2] == ["endless"]:
        del sys.argv[1]
        subject = toy_subject(None, endless_promises(), endless_system())
    with patch.object(check, "read_subject", lambda *_: subject):
        main()
