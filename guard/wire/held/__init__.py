"""A service's answer -> its texts as they grow, and the answer's own events again once those were decided on.

What a reader may not see must not leave before it is known to be there. So events wait, in their order, until every
text in them has been decided on: a sentence at a time, and some characters behind it, so that no value is cut in two.
What waits is bounded, in characters for each text and in bytes in all. Nothing here knows why a text is changed.
"""
