"""Looks up host names with a timeout, which the system's own look-up does not have."""

from __future__ import annotations

# `getaddrinfo` needs the codec, and would import it in the middle of a request
import encodings.idna  # noqa: F401
import socket
import threading


def addresses_of(host: str, port: int, *, seconds: float | None) -> list[str]:
    """Return the IP addresses of a host, the preferred ones first.

    Raises:
        OSError: the host is not found.
        TimeoutError: the look-up took too long; it continues in its thread, and its result is ignored.
    """
    found: list[str] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            failures.append(error)

    thread = threading.Thread(target=ask, name="tarash-look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"the host {host} was not found within {seconds or 0:g} s")
    if failures:
        raise OSError(str(failures[0])) from failures[0]
    return found
