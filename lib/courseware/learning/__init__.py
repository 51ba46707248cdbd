"""Learning alone: the way through the course, and how far a learner is on it.

walkthrough     what to read, predict, try and solve in each chapter, how long it takes, short forms
exercises       what an exercise consists of, read from its notebook; what was written in it
standing        what is done: from the learner's progress and the exercises' notebooks
minutes         how a time is told
compare         after an attempt: the course's own solution, and the library's function
cards           the way as cards on the home page
terminal        `course progress`, `course compare`
page            docs/self_study.md: `python -m courseware.learning > docs/self_study.md`
"""
