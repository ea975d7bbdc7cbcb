"""Antibody design on an exact lattice model: how strongly a CDRH3 loop binds an antigen."""
