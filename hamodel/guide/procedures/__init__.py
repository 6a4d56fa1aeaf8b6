"""The stories across components, one file each: rules, never promises."""
