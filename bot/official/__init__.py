"""What providers say of themselves: the text of a status page in, an `OfficialWord` out.

Each format is one small pure module with one `read`; `formats.py` is their table, `pages.py` fetches. A word that we do
not know reads as "unknown", never as "all is well"; and a list of components is never added up into an outage.
"""
