"""This installation on the shipped sample -> how many times as fast as slow twins of the same rules it is."""
