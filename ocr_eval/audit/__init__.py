"""Submissions as checkers of labels: ranked suspects with evidence and a suggestion, decided by people, never by us."""
