"""`python -m voxveil` is `voxveil`."""

from voxveil.cli import main

raise SystemExit(main())
