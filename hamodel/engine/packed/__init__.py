"""The packed engine: states as machine words, searched by compiled kernels over arrays."""
