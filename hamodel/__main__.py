"""`python -m hamodel` is `hamodel`."""

from hamodel.cli import main

main()
