"""A store of results -> a static leaderboard site; counts nothing and parses no submission."""
