"""``Instances`` -> SHA-256 of their canonical JSON lines: what a gt or submission is, whatever the archive."""

from __future__ import annotations

import hashlib

from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines


def digest(instances: Instances, *, sort: bool = False) -> str:
    """64 hex digits over the bytes of ``instances.jsonl``; ``sort``: with the instances of every sample sorted."""
    return hashlib.sha256("".join(lines(instances, sort=sort)).encode("utf-8", "surrogatepass")).hexdigest()


def with_lines(gt: str, lines: str) -> str:
    """SHA-256 over the digests of words and of text lines: the ground truth of protocols that read both."""
    return hashlib.sha256(f"{gt}+{lines}".encode()).hexdigest()
