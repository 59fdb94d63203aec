"""`python -m fazhi.cli`."""

from fazhi.cli import app

app()
