"""What every storage needs, whatever it stores with: for hosts and for the adapters.

- `student_transfer.storing.codec`: values as JSON text and back, for what a storage
  only gives back and never looks into. It needs the extra ``storing``.
- `student_transfer.storing.finding`: by what a student is found, ready to be stored.
- `student_transfer.storing.search_words`: the words of a search, as they are kept.
- `student_transfer.storing.driver_errors`: what an error of a driver means.
- `student_transfer.storing.kept_text`: what no database keeps as text.
- `student_transfer.storing.refusals`: what is said of a wrong use of any storage.
"""
