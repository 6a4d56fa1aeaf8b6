"""The guide's components, procedures, failures and promises: the only package that knows telecom."""
