"""The guide's components, procedures, failures and promises; no other package knows telecom."""
