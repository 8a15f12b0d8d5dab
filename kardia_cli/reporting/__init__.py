"""Score rows → what came of a comparison: figures with intervals, gates, tables, a figure, a methods paragraph, a page.

    specs.py      NAME=FILE,FILE on the command line → which file is what
    score_rows.py one line of a file → what is kept of a score row; errors name file and line
    runs.py       the rows of all files, by name and training seed, those in common
    provenance.py who judged, by which rubric and protocol; unlike ones are refused
    criteria.py   what the parts of a row are called, which are shown, which way is better
    macro_f1.py   macro-F1, recall of each emotion, confusions
    doubts.py     what a reader should know before believing it
    matching.py   the rows in common side by side, each with the baseline's
    compare.py    all of it → `comparison.Comparison`, plain values that every writer below takes
    gates.py · tables.py · markdown.py · latex.py · figure.py · methods.py · costs.py · viewing.py · page/

The same rows and the same command give the same bytes: nothing here knows a date, a machine or a folder.
"""
