"""The practice network: storage nodes, a seed, a file server and Echo, all on this computer.

It is the offline default of the app, the place where a newcomer tries things
out, and the simulator of the tests (style R22). It therefore answers as real
storage nodes do; ``storage-rpc.md`` and ``onion.md`` are what it is held to.
Nothing of it is ever written to disk: all is forgotten when it ends.
"""
