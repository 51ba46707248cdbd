"""The pictures of lecture 01, one idea a module."""
