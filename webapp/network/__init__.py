"""The way to the storage nodes: seeds, three-hop paths, swarms, network time.

Two rules hold everywhere in here (security.md X1, X3, S11). Only seeds and guards
are ever contacted directly, and no failure makes an exception: without a path
there is no request. And what a node says is untrusted until ``protocol`` has
returned a typed value.

Threads: a ``Network`` is used by two threads at once, the poller and the outbox.
Every class that keeps state has one lock of its own, which covers reading and
changing that state and nothing else. No lock is held while another one is taken,
while a callback runs, or during any input or output.
"""
