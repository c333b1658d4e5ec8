"""Record linkage: which two records are of one child (MATCH).

What a host uses of it is `student_transfer.matching`; this is how it is made. From the
ground up: `profile` brings a student into normal form, `blocking` finds candidates,
`frequencies` says how common a value is, `levels` has the numbers, `agreement` says how
well two values agree, `scoring` adds up, `assignment` pairs one to one and `deciding`
proposes.
"""
