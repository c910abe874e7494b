"""Counting engines: gt and prediction -> a count table per protocol, pairs computed once for all of them."""
