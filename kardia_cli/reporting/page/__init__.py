"""One page to read in a browser: the report, the dialogues, and a mode in which people label blind.

page.py       `page(data)` → one file of HTML that asks the network for nothing
dialogues.py  rows of any stage → the short records that the page holds
labelling.py  a rubric → the questions put to a rater; what a page for raters leaves out
viewer.css · base.js · text.js · plots.js · report.js · dialogue.js · browser.js · rating.js · start.js
"""
