"""TLS to an issuer whose certificate is its own."""

import ssl


def unchecked():
    """The issuer of a run has a certificate of its own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
