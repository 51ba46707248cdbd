"""What a hand-in finds when it is graded: practice and grading go by the same.

runnable   a cell's source as Jupyter reads it
names      which names it binds, and which it uses
libraries  what a solution may import besides Python
visible    which files of the course are in a worker's sandbox, and why others are not
"""
