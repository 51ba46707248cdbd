"""How far the checks can be trusted, measured: `make mutation`.

Every right solution is changed in one place, in every way that the operators know; each such mutant
must lose points. One that keeps them is a hole in the checks, or is right in another way and then
listed with its reason in `equivalent.toml`.
"""
