"""`python -m certdrop_cli`: the certdrop command."""

import sys

from certdrop_cli.main import main

if __name__ == "__main__":
    sys.exit(main())
