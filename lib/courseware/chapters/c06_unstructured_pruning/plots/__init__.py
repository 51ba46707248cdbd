"""The pictures of lecture 06, one idea a module."""
