"""Safety limits for input from strangers: names, defaults, and the one place where ``--limit name=value`` is parsed."""

from __future__ import annotations

from typing import NamedTuple

from ocr_eval.errors import close_matches, quote, usage_error

MIB = 1 << 20


class Limits(NamedTuple):
    """Defaults of the reference's section on limits. Sizes in bytes, lengths in code points, the rest in pieces."""

    archive_bytes: int = 256 * MIB
    entries: int = 100_000
    entry_bytes: int = 16 * MIB
    total_bytes: int = 256 * MIB
    file_bytes: int = 1024 * MIB
    xml_bytes: int = 64 * MIB
    line_bytes: int = 256 * 1024
    sample_line_bytes: int = 8 * MIB
    instances: int = 10_000
    total_instances: int = 1_000_000
    vertices: int = 4_096
    characters: int = 4_096
    page_characters: int = 1_048_576
    coordinate: int = 1_000_000
    number_length: int = 32
    depth: int = 64
    seconds: int = 60  # of the process that reads a file apart (--isolate)
    memory: int = 2048 * MIB  # of the same

    def entries_for(self, samples: int | None) -> int:
        """How many archive entries are allowed when the ground truth has ``samples`` samples (None: unknown)."""
        return self.entries if samples is None else min(self.entries, max(10_000, 4 * samples + 16))

    def with_value(self, assignment: str) -> Limits:
        """``"entry-bytes=33554432"`` -> new limits. Raises InputError (E_USAGE) for unknown names and bad values."""
        name, separator, value = assignment.partition("=")
        known = [name.replace("_", "-") for name in self._fields]
        if not separator or name not in known:
            near = close_matches(name, known, n=3, cutoff=0.4)
            raise usage_error(
                f"--limit {quote(assignment)} is not name=value with a known name",
                f"known: {', '.join(near or known)}",
            )
        if not (value.isascii() and value.isdigit() and 0 < len(value) <= 15 and int(value) > 0):
            raise usage_error(
                f"--limit {name}: {quote(value)} is not a positive integer", "write plain digits"
            )
        return self._replace(**{name.replace("-", "_"): int(value)})

    def raised(self) -> dict[str, int]:
        """Only the limits that differ from the defaults; goes into a record's provenance."""
        return {name: value for name, value in self._asdict().items() if value != self._field_defaults[name]}
