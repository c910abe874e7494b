"""What is in a data set, what looks wrong in it, what it holds twice, and how two of them differ."""
