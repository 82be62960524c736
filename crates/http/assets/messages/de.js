/** Die Sätze auf Deutsch. */
export default Object.freeze({
  "passkey_not_supported":
    "Dieser Browser unterstützt keine Passkeys. Verwenden Sie eine aktuelle Version von Chrome, Edge, Firefox oder Safari.",
  "passkey_not_supported:insecure_context":
    "Passkeys brauchen eine sichere Verbindung. Öffnen Sie diese Seite über HTTPS.",
  "passkey_not_supported:permissions_policy":
    "Auf dieser Seite sind Passkeys gesperrt. Ist sie in eine andere Website eingebettet, öffnen Sie sie in einem eigenen Tab.",
  "passkey_not_supported:no_autofill":
    "Dieser Browser kann in Formularfeldern keine Passkeys vorschlagen. Verwenden Sie stattdessen die Schaltfläche zum Anmelden.",
  "passkey_not_supported:no_conditional_create": "Dieser Browser kann Passkeys nicht automatisch erstellen.",
  "passkey_pa_not_supported":
    "Hier gibt es keinen Authentifikator, der die Anforderungen dieser Website erfüllt. Richten Sie eine Displaysperre ein, oder verwenden Sie ein anderes Gerät oder einen Sicherheitsschlüssel.",
  "passkey_invalid_rpID_or_domain":
    "Die Passkeys dieser Website funktionieren unter dieser Adresse nicht. Öffnen Sie die Website unter ihrer üblichen Adresse.",
  "passkey_already_exists":
    "Auf diesem Gerät oder in diesem Passwortmanager gibt es bereits einen Passkey für Ihr Konto. Verwenden Sie diesen, oder wählen Sie ein anderes Gerät.",
  "passkey_operation_aborted": "Der Vorgang wurde abgebrochen, bevor er abgeschlossen war.",
  "passkey_retrieval_cancelled":
    "Es wurde kein Passkey verwendet. Der Vorgang wurde abgebrochen oder hat zu lange gedauert.",
  "passkey_retrieval_failed":
    "Der Passkey wurde nicht akzeptiert. Versuchen Sie es mit einem anderen Passkey, oder melden Sie sich auf andere Weise an.",
  "passkey_registration_cancelled":
    "Es wurde kein Passkey erstellt. Der Vorgang wurde abgebrochen oder hat zu lange gedauert.",
  "passkey_registration_failed":
    "Der Passkey konnte nicht erstellt werden. Versuchen Sie es noch einmal, oder verwenden Sie ein anderes Gerät.",

  "ceremony_expired":
    "Dieser Vorgang ist abgelaufen oder wurde bereits abgeschlossen. Versuchen Sie es noch einmal.",
  "request_malformed": "Der Server konnte diese Anfrage nicht lesen. Laden Sie die Seite neu, und versuchen Sie es dann noch einmal.",
  "passkey_limit_reached":
    "Sie haben die Höchstzahl an Passkeys erreicht. Löschen Sie einen, um einen neuen zu erstellen.",
  "passkey_not_found": "Dieser Passkey wurde nicht gefunden. Möglicherweise wurde er gelöscht.",
  "last_passkey":
    "Ihren letzten Passkey können Sie nicht löschen. Erstellen Sie zuerst einen weiteren.",
  "passkey_name_invalid": "Geben Sie einen Namen mit 1 bis 100 sichtbaren Zeichen ein.",
  "passkeys_disabled": "Passkeys sind hier nicht verfügbar. Melden Sie sich auf andere Weise an.",
  "passkey_autofill_disabled":
    "Passkey-Vorschläge sind hier ausgeschaltet. Verwenden Sie stattdessen die Schaltfläche zum Anmelden.",
  "reverification_required": "Bestätigen Sie, dass Sie es sind, und versuchen Sie es dann noch einmal.",
  "no_passkeys":
    "Sie haben noch keinen Passkey. Bestätigen Sie auf andere Weise, dass Sie es sind.",
  "user_name_taken": "Dieser Name ist vergeben. Wählen Sie einen anderen, oder melden Sie sich an, wenn das Konto Ihnen gehört.",
  "user_name_invalid": "Geben Sie einen kürzeren Namen aus sichtbaren Zeichen ein.",
  "conflict":
    "Dieser Passkey wird gerade an anderer Stelle verwendet. Versuchen Sie es noch einmal.",
  "internal_error": "Bei uns ist etwas schiefgegangen. Versuchen Sie es später noch einmal.",

  "unauthenticated": "Sie sind abgemeldet. Melden Sie sich an, und versuchen Sie es dann noch einmal.",
  "forbidden": "Dazu sind Sie nicht berechtigt.",
  "too_many_requests": "Das waren zu viele Versuche. Warten Sie einen Moment, und versuchen Sie es dann noch einmal.",
  "network_error":
    "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung, und versuchen Sie es dann noch einmal.",
  "unexpected_answer":
    "Diese Seite versteht die Antwort des Servers nicht. Laden Sie sie neu, und versuchen Sie es dann noch einmal.",
});
