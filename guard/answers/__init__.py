"""A service's answer -> what its reader gets: the order of the stages on the way back.

What was hidden is put back into every answer (`restored`). Those that a rule with `direction: answer` is about are
first decided on, stretch by stretch, as they come (guard.wire.held); nothing leaves before, and each decision is
recorded before what it is about leaves (law 7). What cannot be decided on is withheld, with the rest of the answer (law
1). What readers sent themselves is no news to them: neither their placeholders, nor what stands in their own prompt.
"""
