"""What every lecture needs to show something.

    say             paragraphs, tables, verdicts; numbers as text
    claims          what a verdict rests on: arms, seeds, what was not equal
    predict         a place for the reader's prediction, and what came of it
    spread          what several runs say together, with an interval
    timing          how long runs take, in turns
    byte_text       a number of bytes, in words
    style           colours, the card, how a picture is shown and stored
    plots           pictures that several lectures show
    explorer        the base of explorers: controls, numbers, a sentence, a picture below
    safely          callbacks of widgets whose errors are shown, not lost
    static_figures  the pictures that are stored as files, for where no kernel runs

Every control that a reader sees carries a CSS class of its own, named after its widget, and every
number that is shown stands in an attribute `data-value` as well.
"""
