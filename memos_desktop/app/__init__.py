"""What a person can do: the use cases, the same for the window and the command line. Imports no Qt.

Every use case returns a `concurrent.futures.Future`; the work runs on the worker that owns the thing.
"""
