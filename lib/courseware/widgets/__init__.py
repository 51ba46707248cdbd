"""The widgets of the lectures. Each has its logic in a plain class that needs no browser.

    bit_flipper          one pattern of bits, and what it is read as           lecture 01
    memory_calculator    parameters x bits + scales against device memory      lecture 00
    scale_explorer       scale, range, granularity, clipping of one layer      lecture 02
    calibration_explorer range of an activation: what is clipped, what rounded lecture 03
    staircase_explorer   a value on a grid, and the gradient it hands back     lecture 04
    temperature_explorer what a teacher's answer says at each temperature      lecture 05
    pruning_explorer     sparsity or threshold, and what is left of each layer lecture 06
    unit_explorer        units taken out of a network, by three criteria       lecture 07
    schedule_explorer    how much a gradual schedule has pruned at a step      lecture 08
    ticket_explorer      rounds and rate of pruning: what is left              lecture 09

The last eight are built on `explorer`: controls beside numbers, a sentence, a picture below.

Every control that a reader sees carries a CSS class of its own, named after its widget, and every
number that is shown stands in an attribute `data-value` as well.
"""
