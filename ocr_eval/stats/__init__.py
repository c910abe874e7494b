"""Count tables -> what may be claimed about them: intervals, tests, confidence sets for ranks. Needs numpy only."""
