"""`python -m workers.cli`: the command where no script is installed."""

from workers.cli import main

main()
