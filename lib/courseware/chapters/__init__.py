"""One room a chapter: all that is its own, and nothing that another chapter uses.

The list of chapters stands in `courseware.registry`. A chapter imports no other one: what two of
them use has a place in `checks`, `showing` or `subjects`, under the name of its concept.
"""
