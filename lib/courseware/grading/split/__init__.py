"""Split grading: a student's code and the code that judges it never share a process.

    trusted process                                     sandbox (bubblewrap)
    ───────────────                                     ────────────────────
    execute     nbgrader's step, cell by cell           zygote   Python with torch, loaded once
    test_cells  the master's test cells                   │ fork
    stand_in    in place of a student's function        worker   one submission's cells and calls
    session     one submission, replayed if it dies ──► lockdown, seccomp: before the first line
    sandbox     starts all this                         facts    reads sources, runs nothing
                 encoding, protocol: what crosses the socket between them

The worker gets sources of cells and arguments of calls. It gets no test, expected value, seed,
solution, other submission or grade book, no network, and none of the modules of the reference
library that its exercise asks for (`visible`). What comes back are plain values, checked to the
last byte; no pickle, no object with code of its own. Only the trusted process writes outputs of
test cells.
"""
