"""What a learner has done, on this machine alone.

store           one readable file: read, change, reset
"""
