"""What students get: one archive, made from a list of what may be in it, and searched for leaks.

`contents` gathers files by a whitelist and by what these import; `pages` makes the notebooks that
speak of the rest fit; `sealing` keeps references and keys out of plain sight; `leaks` looks through
every file for solutions, keys, hidden tests and secrets; `making` writes all of it, or nothing.
"""
