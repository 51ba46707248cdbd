"""A made-up class of submissions, good and bad, that `make demo` grades."""
