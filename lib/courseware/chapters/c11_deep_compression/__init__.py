"""Chapter 11, deep compression: tasks and quiz.

tasks               what exercise 11 asks for, and what a wrong answer shows; the capstone's judge
"""
