"""Why two students match, and why not.

- `explanation`: what each field added, step by step.
- `shared_keys`: which blocking keys two students share, and how.
- `why_not`: what kept a pair from being matched, or compared at all.
- `linked_rosters` and `linked_students`: two rosters that were linked, and why.
- `waterfall` and `waterfall_svg`: an explanation as text and as a drawing.
"""
