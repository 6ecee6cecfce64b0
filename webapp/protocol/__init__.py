"""Session's formats: bytes and values in, values and bytes out.

Nothing here opens a socket, reads a clock or writes a log (style R2). Whatever
comes from outside becomes a typed value here or raises RemoteProtocolError.
"""
