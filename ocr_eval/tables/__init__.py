"""Frozen, flat, validated arrays: what readers make, what protocols read, what they return."""
