"""Says what to do about a certificate that is not trusted."""

from __future__ import annotations

import os
import ssl

_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})
_OUTSIDE_ITS_TIME = frozenset({9, 10})
"""Codes of X509_verify_cert_error_string(3)."""
_OTHERS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def certificate_advice(error: BaseException | None) -> str:
    """Return what to do about an error of TLS, to be put behind it; empty if there is nothing to say."""
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if code in _OUTSIDE_ITS_TIME:
        return "; check this machine's clock"
    if code not in _UNKNOWN_AUTHORITY:
        return ""
    unread = next((f"; {name} is not read" for name in _OTHERS if os.environ.get(name)), "")
    return (
        "; if a proxy in your network signs certificates, or the server has an authority of its own, set SSL_CERT_FILE to a file with the "
        f"certificates of all authorities to trust{unread}"
    )


__all__ = ["certificate_advice"]
