"""The machines of the guide, one file a component."""
