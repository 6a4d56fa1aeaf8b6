"""Time, in symbols: classes of states that differ in when, not in what can happen next."""
