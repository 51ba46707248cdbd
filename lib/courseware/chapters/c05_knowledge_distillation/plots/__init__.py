"""The pictures of lecture 05, one idea a module."""
