"""Exercises and reports in the languages of those who read them; code and marks stay as they are.

`names` says which languages there are and which is chosen, `catalogues` reads the .po files,
`matching` says a report's texts in another language, `statements` the text of an exercise.
`extraction` (from sources by `source_texts`) fills the catalogues, `proofreading` reads them over.
"""
