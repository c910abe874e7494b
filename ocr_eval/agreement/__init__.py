"""Several annotations of the same images -> how far they agree, where they differ, and what they have in common."""
