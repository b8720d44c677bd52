"""The hub's command line; what each command does is in ``hub/cli``."""

from __future__ import annotations

from hub.cli.app import main

if __name__ == "__main__":
    main()
