"""Late work: due dates and a policy in the configuration, and what they take off whose mark.

    c.Late.due = {"01_number_formats": "2026-10-05 23:59 +02:00"}
    c.Late.policy = "percent"        # "none" (the default), "points", "percent" or "cutoff"
    c.Late.per_day = 10              # points, or percent of what was reached, for each day begun
    c.Late.most = 50                 # never more than this; default: all that was reached
    c.Late.cutoff_days = 7           # later than this counts nothing; with "cutoff" 0 if not said
    c.Late.grace_minutes = 10        # so much counts as on time
    c.Late.extensions = {"01_number_formats": {"ada": "2026-10-12 23:59 +02:00"}}
    c.Late.came = {"01_number_formats": {"bob": "2026-10-07 09:00 +02:00"}}   # where you know it

`rule` works lateness out, `ledger` keeps it beside the marks, `settling` brings both together.
How late a hand-in was, and by which policy that is charged, is settled when it is graded. A change
in the configuration changes no mark by itself: it is reported, and `--regrade` settles anew.
"""
