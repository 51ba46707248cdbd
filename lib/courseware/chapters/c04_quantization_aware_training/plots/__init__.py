"""The pictures of lecture 04, one idea a module."""
