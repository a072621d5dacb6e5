"""Run the CLI as `python -m course`."""

import sys

try:
    from course.cli import main
except KeyboardInterrupt:  # Ctrl-C while the program is still being loaded
    sys.exit(130)

main()
