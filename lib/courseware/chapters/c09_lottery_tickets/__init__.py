"""Chapter 09, lottery tickets: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 09 asks for, and what a wrong answer shows
explorer            rounds and rate of pruning: what is left
plots               tickets against their control arms, settled masks
ticket_arms         tickets and their controls, all seeds trained together
early_masks         how early a mask is known
frozen_search       a good subnetwork in a network that is never trained
tables              what the lecture reads out of its records
experiments         recorded: tickets on MNIST; on digits at two budgets and four rates
pay_off             what exercise 09 ends with
"""
