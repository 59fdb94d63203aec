"""Chinese annual reports on building a law-based government, turned into data."""

__version__ = "0.1.0"
