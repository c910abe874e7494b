"""Records -> text, tables, drawings and pages. Pure functions: no clock, no randomness, no host name."""
