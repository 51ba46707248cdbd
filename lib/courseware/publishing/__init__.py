"""The course to read without installing it: a site, and slides.

executed        lectures with their outputs, run anew only where something has changed
mathml          formulas as MathML, which browsers show without a script
static_form     a notebook as it can be shown where no kernel runs
api_pages       a page for each module of model_compression
glossary        docs/glossary.md, from the vocabulary tables of the lectures
definitions     what its terms mean
translations    exercises in the languages of those who read them
source          what Sphinx makes the site of
site            `make site`: source, Sphinx, and what a page must be
pages           links, sizes and foreign addresses of finished pages
slides          `make slides`: every lecture as slides
"""
