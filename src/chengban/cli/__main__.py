"""`python -m chengban.cli`."""

from chengban.cli.main import main

main()
