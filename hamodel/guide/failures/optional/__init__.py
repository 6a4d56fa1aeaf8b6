"""
Failures that a deployment can be checked with, off by default: `--rules NAME`, one file each.

They are rule files as a user writes them (`docs/how-to/failure-rules.md`); the model knows none of
them. Each names its fault class, what it assumes, and the claims that it flips somewhere.
"""
