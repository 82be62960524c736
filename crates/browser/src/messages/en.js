/** Sentences for users, by error code; where a code has several reasons, also by `code:reason`. */
export default Object.freeze({
  "passkey_not_supported":
    "This browser does not support passkeys. Use a current version of Chrome, Edge, Firefox, or Safari.",
  "passkey_not_supported:insecure_context": "Passkeys need a secure connection. Open this page over HTTPS.",
  "passkey_not_supported:permissions_policy":
    "Passkeys are blocked on this page. If it is embedded in another site, open it in its own tab.",
  "passkey_not_supported:no_autofill":
    "This browser cannot suggest passkeys in form fields. Use the sign-in button instead.",
  "passkey_not_supported:no_conditional_create": "This browser cannot create a passkey automatically.",
  "passkey_pa_not_supported":
    "No authenticator here supports what this site needs. Set up a screen lock, or use another device or security key.",
  "passkey_invalid_rpID_or_domain":
    "Passkeys for this site do not work at this address. Open the site at its usual address.",
  "passkey_already_exists":
    "This device or password manager already has a passkey for your account. Use that passkey, or choose another device.",
  "passkey_operation_aborted": "The passkey request was stopped before it finished.",
  "passkey_retrieval_cancelled": "No passkey was used. The request was cancelled or took too long.",
  "passkey_retrieval_failed": "The passkey was not accepted. Try another passkey or another way to sign in.",
  "passkey_registration_cancelled": "No passkey was created. The request was cancelled or took too long.",
  "passkey_registration_failed": "The passkey could not be created. Try again, or use another device.",

  "ceremony_expired": "This request expired or was already completed. Try again.",
  "request_malformed": "The server could not read this request. Reload the page, then try again.",
  "passkey_limit_reached": "You have reached the maximum number of passkeys. Delete one to create another.",
  "passkey_not_found": "This passkey was not found. It may have been deleted.",
  "last_passkey": "You cannot delete your last passkey. Create another one first.",
  "passkey_name_invalid": "Enter a name of 1 to 100 visible characters.",
  "passkeys_disabled": "Passkeys are not available here. Use another way to sign in.",
  "passkey_autofill_disabled": "Passkey suggestions are turned off here. Use the sign-in button instead.",
  "reverification_required": "Confirm that it is you, then try again.",
  "no_passkeys": "You do not have a passkey yet. Use another way to confirm that it is you.",
  "user_name_taken": "This name is taken. Choose another one, or sign in if the account is yours.",
  "user_name_invalid": "Enter a shorter name of visible characters.",
  "conflict": "This passkey is being used somewhere else at the same time. Try again.",
  "internal_error": "Something went wrong on our side. Try again later.",

  "unauthenticated": "You are signed out. Sign in, then try again.",
  "forbidden": "You do not have permission to do this.",
  "too_many_requests": "There were too many attempts. Wait a moment, then try again.",
  "network_error": "The server cannot be reached. Check your connection, then try again.",
  "unexpected_answer": "This page does not understand the server’s answer. Reload it, then try again.",
});
