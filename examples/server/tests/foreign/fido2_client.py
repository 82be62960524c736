"""Signs up, signs in and is refused at the server whose origin is the argument, by the client of python-fido2. Ends
with an error if anything is not as it should be; the last line says so if all of it is."""

import json
import sys
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from authenticator import SoftwareAuthenticator
from fido2.client import ClientError, DefaultClientDataCollector, Fido2Client
from fido2.webauthn import PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions

origin = sys.argv[1]
opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))


def post(path, body):
    """The status and the answer."""
    headers = {"Content-Type": "application/json", "Origin": origin}
    try:
        answer = opener.open(Request(origin + path, json.dumps(body).encode(), headers))
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, json.load(answer)


def ok(path, body):
    status, answer = post(path, body)
    assert status == 200, answer
    return answer


def create(client, start):
    options = PublicKeyCredentialCreationOptions.from_dict(start["publicKey"])
    return {"ceremony": start["ceremony"], "credential": dict(client.make_credential(options))}


def sign(client, start):
    options = PublicKeyCredentialRequestOptions.from_dict(start["publicKey"])
    response = client.get_assertion(options).get_response(0)
    return {"ceremony": start["ceremony"], "credential": dict(response)}


def client():
    return Fido2Client(SoftwareAuthenticator(), DefaultClientDataCollector(origin))


laptop, stranger = client(), client()

# Sign up.
finish = create(laptop, ok("/passkeys/sign-up/begin", {"name": "Ada"}))
passkey = ok("/passkeys/sign-up/finish", finish)["passkey"]
assert passkey["attachment"] == "cross-platform", passkey

# The same authenticator again: the client honours the list of what exists.
try:
    create(laptop, ok("/passkeys/create/begin", {}))
    raise AssertionError("a second passkey on the same authenticator")
except ClientError as error:
    assert error.code == ClientError.ERR.DEVICE_INELIGIBLE, error

# Another one.
ok("/passkeys/create/finish", create(stranger, ok("/passkeys/create/begin", {})))

# Sign in, with and without a name. An answer counts once.
for request in ({"flow": "discoverable"}, {"flow": "named", "identifier": "Ada"}):
    ok("/api/sign-out", {})
    finish = sign(laptop, ok("/passkeys/sign-in/begin", request))
    done = ok("/passkeys/sign-in/finish", finish)
    assert (done["status"], done["passkey"]["id"]) == ("complete", passkey["id"]), done
    status, answer = post("/passkeys/sign-in/finish", finish)
    assert (status, answer["errors"][0]["code"]) == (400, "ceremony_expired"), answer

print("signed up and signed in")
