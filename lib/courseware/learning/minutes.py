"""How a time is told."""

QUARTERS = {0: "", 1: "¼", 2: "½", 3: "¾"}


def told(minutes: int) -> str:
    """Minutes up to an hour and a half, then hours, to the nearest quarter.

    >>> told(25), told(90), told(135), told(178)
    ('25 minutes', '1½ hours', '2¼ hours', '3 hours')
    """
    if minutes < 75:
        return f"{minutes} minutes"
    hours, quarters = divmod(round(minutes / 15), 4)
    return f"{hours}{QUARTERS[quarters]} hours"
