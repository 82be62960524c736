"""An authenticator in software, for fido2.client, which comes without one: CTAP 2, with a user who is present and
verified, and keys on P-256 in memory."""

import os
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2 import Ctap2
from fido2.hid import CAPABILITY
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG


class SoftwareAuthenticator(CtapDevice):
    def __init__(self):
        self._passkeys = []

    @property
    def capabilities(self):
        return CAPABILITY.CBOR

    @classmethod
    def list_devices(cls):
        yield cls()

    def call(self, cmd, data=b"", event=None, on_keepalive=None):
        command, request = data[0], cbor.decode(data[1:]) if data[1:] else {}
        answers = {
            Ctap2.CMD.GET_INFO: self._info,
            Ctap2.CMD.MAKE_CREDENTIAL: self._create,
            Ctap2.CMD.GET_ASSERTION: self._sign,
        }
        try:
            return b"\x00" + cbor.encode(answers[command](request))
        except CtapError as error:
            return bytes([error.code])

    def _info(self, _):
        # The client insists on a PIN protocol, but does not use it where the authenticator itself verifies the user.
        return {1: ["FIDO_2_0"], 3: bytes(16), 4: {"rk": True, "up": True, "uv": True}, 6: [2]}

    def _create(self, request):
        rp_id, options = request[2]["id"], request.get(7, {})
        if not (options.get("rk") and options.get("uv")):
            raise CtapError(CtapError.ERR.UNSUPPORTED_OPTION)
        if self._find(rp_id, request.get(5)):
            raise CtapError(CtapError.ERR.CREDENTIAL_EXCLUDED)
        if all(wanted["alg"] != ES256.ALGORITHM for wanted in request[4]):
            raise CtapError(CtapError.ERR.UNSUPPORTED_ALGORITHM)
        key, id = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self._passkeys.append({"rp_id": rp_id, "id": id, "user": request[3], "key": key})
        attested = AttestedCredentialData.create(bytes(16), id, ES256.from_cryptography_key(key.public_key()))
        return {1: "none", 2: self._data(rp_id, FLAG.UP | FLAG.UV | FLAG.AT, attested), 3: {}}

    def _sign(self, request):
        rp_id, options = request[1], request.get(5, {})
        found = self._find(rp_id, request.get(3)) if request.get(3) else self._of(rp_id)
        if not found:
            raise CtapError(CtapError.ERR.NO_CREDENTIALS)
        passkey = found[-1]
        present = FLAG.UP if options.get("up", True) else 0
        data = self._data(rp_id, present | (FLAG.UV if options.get("uv") else 0))
        signature = passkey["key"].sign(data + request[2], ec.ECDSA(SHA256()))
        user = {"id": passkey["user"]["id"]}
        return {1: {"type": "public-key", "id": passkey["id"]}, 2: data, 3: signature, 4: user}

    def _of(self, rp_id):
        return [passkey for passkey in self._passkeys if passkey["rp_id"] == rp_id]

    def _find(self, rp_id, allowed):
        ids = [descriptor["id"] for descriptor in allowed or []]
        return [passkey for passkey in self._of(rp_id) if passkey["id"] in ids]

    @staticmethod
    def _data(rp_id, flags, attested=b""):
        return AuthenticatorData.create(sha256(rp_id.encode()).digest(), flags, 0, attested)
