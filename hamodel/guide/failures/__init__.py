"""Failure and repair rules, one file a mode."""
