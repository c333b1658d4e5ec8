"""Record linkage: which two records are of one child (MATCH).

What a host uses of it is `student_transfer.matching`; this is how it is made, room by
room from the ground up. Each room knows those above it in this list alone.

- `profiles`: a student in normal form.
- `comparing`: how well two students agree, and what that weighs.
- `blocking`: whom to compare.
- `bulk_blocking`: finding, in a whole roster, whom to compare.
- `pruning`: leaving out candidates who could come to nothing, before comparing.
- `proposing`: who is matched, who is new, and who goes to a person.
- `explaining`: why, and why not.
- `tuning`: how well it does, and what would do better.
"""
