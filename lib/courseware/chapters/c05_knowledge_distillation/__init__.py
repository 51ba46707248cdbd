"""Chapter 05, knowledge distillation: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 05 asks for, and what a wrong answer shows
explorer            what a teacher's answer says at each temperature
plots               soft targets; errors of students by what they were taught from
distilling          teachers, students, and what they are taught from
loss_gradients      how much of the gradient is the labels'
unlabelled          what the record of unlabelled images says
rivals              what the record of teachers without shifts says, and of few bits
pay_off             the last cell of exercise 05
experiments         recorded: students of several teachers on MNIST; images without labels; rivals
"""
