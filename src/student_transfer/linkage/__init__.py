"""Record linkage: which two records are of one child (MATCH).

What a host uses of it is `student_transfer.matching`; this is how it is made. From the
ground up: `profile` brings a student into normal form, `blocking` finds candidates,
`frequencies` says how common a value is, `levels` has the numbers, `agreement` says how
well two values agree, `naming` compares names as a whole, `scoring` adds up,
`assignment` pairs one to one, `deciding` decides and `proposing` does all that for an
import. `linking` reads a whole roster; `explaining`, `evaluating` and `estimating` say
why, how well, and what would be better.
"""
