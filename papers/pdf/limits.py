"""How much one PDF may take to read."""

from claims.claim import Frozen


class Limits(Frozen):
    """Limits on one PDF. A file that passes one is unreadable, never half read."""

    max_bytes: int = 60_000_000
    """arXiv takes submissions of up to 50 MB (arXiv help, "Oversized Submissions")."""
    max_pages: int = 600
    max_chars: int = 1_500_000
    """A paper of 500 pages has about a million."""
    memory_bytes: int = 2_000_000_000
    """Address space of the worker process; a page picture of our largest size takes 150 MB."""
    cpu_s: int = 60
    wall_s: float = 90.0
