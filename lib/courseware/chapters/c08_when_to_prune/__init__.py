"""Chapter 08, when to prune: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 08 asks for, and what a wrong answer shows
explorer            how much a gradual schedule has pruned at a step
plots               schedules, and accuracy by when the network was pruned
pruning_moments     one budget, and the arms that prune before, during and after training
tables              what the lecture reads out of its record
experiments         recorded: all arms at two budgets and three rates
pay_off             what exercise 08 ends with
"""
