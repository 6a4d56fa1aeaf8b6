"""The engines: readings of a system that search it, judge it, or let it run."""
