"""What every storage needs, whatever it stores with: for hosts and for the adapters.

- `codec`: values as JSON text and back, for what a storage only gives back and never
  looks into. It needs the extra ``storing``.
- `finding`: by what a student is found, ready to be stored.
- `search_words`: the words of a search, as they are kept.
- `driver_errors`: what an error of a driver means.
- `kept_text`: what no database keeps as text.
- `refusals`: what is said of a wrong use of any storage.
"""
