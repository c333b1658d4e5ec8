"""How well two students agree, and what that weighs.

- `levels`: the comparison levels, each with its m and u probability and their reasons.
- `name_agreement`: which level two names reach.
- `agreement`: which level other values reach.
- `kinds`: comparisons that a host adds.
- `frequencies`: how common a value is on the destination's site.
- `learnt_frequencies`: what a whole import teaches of that.
- `settings` and `settings_file`: everything that a host may choose.
- `weights`: what a level weighs on a site.
- `comparison`: what comes of comparing two students.
- `review_reasons`: why a person has to decide, whatever the probability.
- `naming` and `further_names`: names as a whole, in whatever column they stand.
- `names_in_emails`: emails and user names that are made of names.
- `families`: siblings and twins.
- `prior`: what is known before two students are compared.
- `needs`: what a pair needs, so that a hopeless one is settled early.
- `scoring`: the one scorer, made of all these.
- `pair`: two students compared as they are.
"""
