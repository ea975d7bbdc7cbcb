"""The design space: parameters, their encoding, constraints and sampling."""
