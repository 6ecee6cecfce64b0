"""Session's protobuf messages: ``session.proto`` and the module made from it.

``python -m webapp.protocol.wire`` makes ``session_pb2.py`` and its type stub anew.
"""
