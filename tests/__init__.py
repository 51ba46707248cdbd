"""The tests, and the programs that make a course of their own: none works on a real class."""

import os

# A teacher may have set these for good. A copy of the configuration reads them as the course does:
# made-up students would stand in the gradebook of the class, and their hand-ins in its exchange.
for _name in ("COURSE_DB_URL", "COURSE_EXCHANGE"):
    os.environ.pop(_name, None)
