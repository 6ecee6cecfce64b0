"""Parsers of strangers' bytes, fed by a fuzzer (``make fuzz``) and by the normal tests.

``every.py`` lists the targets, ``__main__.py`` runs them, ``one.py`` is the fuzzer of one.
"""
