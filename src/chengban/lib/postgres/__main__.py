"""`python -m chengban.lib.postgres FOLDER`: the guardian's process."""

import sys

from chengban.lib.postgres.guardian import main

main(sys.argv[1])
