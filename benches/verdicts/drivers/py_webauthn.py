"""Drives py_webauthn: see driver.rs for the protocol."""

import base64
import importlib.metadata
import json
import sys

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AttestationFormat

CHALLENGE = b"\x5c" * 16
EXPECTED = {
    "expected_challenge": CHALLENGE,
    "expected_rp_id": "example.com",
    "expected_origin": "https://example.com",
    "require_user_verification": True,
}
OFFERED = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]


def roots(ceremony):
    if ceremony["root"] is None:
        return None
    return {AttestationFormat(ceremony["format"]): [ceremony["root"].encode()]}


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def judge(ceremony):
    response, passkey = ceremony["response"], ceremony["passkey"]
    if passkey is None:
        verify_registration_response(
            credential=response,
            supported_pub_key_algs=OFFERED,
            pem_root_certs_bytes_by_fmt=roots(ceremony),
            **EXPECTED,
        )
        return
    # To find the passkey by the ID, and to compare the user, is the caller's part.
    parsed = json.loads(response)
    if parsed.get("id", "").rstrip("=") != passkey["id"]:
        raise WebAuthnException("no such passkey")
    verify_authentication_response(
        credential=response,
        credential_public_key=decoded(passkey["publicKey"]),
        credential_current_sign_count=passkey["signCount"],
        **EXPECTED,
    )


def main():
    print("py_webauthn", importlib.metadata.version("webauthn"), flush=True)
    for line in sys.stdin:
        try:
            judge(json.loads(line))
            print("accepted")
        except Exception as error:  # Any failure is a rejection, whether it was foreseen or not.
            reason = " ".join(f"{type(error).__name__} {error}".split())
            print("rejected:", reason.encode("ascii", "replace").decode()[:100])
        sys.stdout.flush()


main()
