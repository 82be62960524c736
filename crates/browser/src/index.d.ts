/** What JSON objects are until they have been checked. */
export type Json = Record<string, any>;

/** Passkeys of one site. A page needs one client: it sees to it that only one request is open at a time. */
export class PasskeyClient {
  constructor(options?: ClientOptions);

  /** Creates a passkey for the signed-in user. */
  createPasskey(options?: CreateOptions): Promise<Passkey>;

  /** Creates an account together with its first passkey. */
  signUp(options: SignUpOptions): Promise<SignUp>;

  /**
   * Signs in. The flow `discoverable` lets the user choose among their passkeys, and `named` asks for one of the
   * account that `identifier` names.
   *
   * The flow `autofill` offers passkeys among the suggestions of a form field, and waits until the user picks one. It
   * renews its request before it expires, and gives way to any other request of this client. Its promise rejects with
   * `passkey_operation_aborted` once the user signs in another way.
   */
  signIn(options?: SignInOptions): Promise<SignIn>;

  /** Proves a second factor, after a sign-in that needs one. */
  secondFactor(options?: CallOptions): Promise<SignIn>;

  /** Verifies the signed-in user again, before a sensitive action. */
  reverify(options?: CallOptions): Promise<SignIn>;

  /** The passkeys of the signed-in user. */
  passkeys(options?: CallOptions): Promise<Passkey[]>;

  /** Deletes all passkeys of the signed-in user, and whatever else the server erases with them. */
  eraseAccount(options?: CallOptions): Promise<void>;

  /** What the server offers. */
  settings(options?: CallOptions): Promise<Settings>;

  /** What this browser can do on this page. Never rejects. */
  capabilities(): Promise<Capabilities>;
}

export interface ClientOptions {
  /** The path of the server's endpoints; `/passkeys` by default. */
  base?: string | undefined;
  /** Used instead of the global `fetch`, for example to add a header. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Used instead of HTTP requests altogether. */
  transport?: Transport | undefined;
  /** Sentences that replace the English ones. What is missing stays English. */
  messages?: Partial<Messages> & Readonly<Record<string, string>> | undefined;
  /**
   * Whether to tell the server when the browser fails to create or use a passkey, for its audit: the ceremony's ID and
   * the name of the exception, such as `NotAllowedError`. `false` by default. A report delays nothing, and no one is told
   * if it gets lost. What the page or another request of this client stopped is not reported.
   */
  reportFailures?: boolean | undefined;
}

export interface CallOptions {
  /** Stops the operation, which then rejects with `passkey_operation_aborted`. */
  signal?: AbortSignal | undefined;
}

export interface CreateOptions extends CallOptions {
  /** The passkey's name. By default the server chooses one. */
  name?: string | undefined;
  /** Limits the choice to this device (`platform`), or to other devices and security keys (`cross-platform`). */
  attachment?: Attachment | undefined;
  /**
   * Creates a passkey without a dialog, if the browser agrees: right after a sign-in with a password that its password
   * manager filled in.
   */
  conditional?: boolean | undefined;
}

export interface SignUpOptions extends CallOptions {
  /** The account's name, such as an email address. */
  name: string;
  /** The user's name as they like to read it. */
  displayName?: string | undefined;
}

export interface SignInOptions extends CallOptions {
  /** `discoverable` by default. */
  flow?: "discoverable" | "autofill" | "named" | undefined;
  /** The account's name, for the flow `named`. */
  identifier?: string | undefined;
  /** For `autofill`: called each time the browser is ready to offer passkeys. */
  onWaiting?: (() => void) | undefined;
  /** For `autofill`: called when the server refused the passkey that the user picked. The flow goes on. */
  onRefused?: ((error: PasskeyError) => void) | undefined;
}

export interface SignIn {
  /** Whether the user is signed in, or has to prove another factor first. */
  status: "complete" | "needs_second_factor";
  passkey: Passkey;
  /** What the user must do before the session is useful, as the server names it. */
  task: string | null;
  /** What extensions returned, in this page only: PRF outputs are not sent to the server. */
  extensions: Json;
  /** The server's whole answer, unchecked. */
  answer: Json;
}

export interface SignUp {
  passkey: Passkey;
  /** The new account, as the server describes it, unchecked. */
  user: any;
  /** The server's whole answer, unchecked. */
  answer: Json;
}

export type Attachment = "platform" | "cross-platform";

/** What is known of a passkey. `null` means that nobody knows. */
export interface PasskeySummary {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When it last signed the user in; `null` if it never did. */
  readonly lastUsedAt: Date | null;
  /** The name of the authenticator or password manager that keeps it. */
  readonly authenticator: string | null;
  /** Whether an attestation proved that name; if not, the authenticator only claims it. */
  readonly authenticatorAttested: boolean | null;
  readonly attachment: Attachment | null;
  readonly transports: readonly string[];
  /** Whether it can be found without naming the account. */
  readonly discoverable: boolean | null;
  /** Whether it may be synced; if not, it is bound to one device. */
  readonly backupEligible: boolean | null;
  /** Whether it was synced at its last use. */
  readonly synced: boolean | null;
}

/** A passkey of the signed-in user. */
export interface Passkey extends PasskeySummary {
  /** Renames it, and resolves with the renamed passkey. */
  update(changes: { name: string }, options?: CallOptions): Promise<Passkey>;
  /** Deletes it, and tells the browser that it is gone. */
  delete(options?: CallOptions): Promise<void>;
}

export interface Settings {
  enabled: boolean;
  autofill: boolean;
  showButton: boolean;
  signUp: boolean;
  rpId: string;
}

/** Names as in the specification, where a name is from there. `null` means that the browser does not tell. */
export interface Capabilities {
  /** Whether passkeys can be created and used here; if not, `reason` tells why. */
  supported: boolean;
  reason: Reason | null;
  /** Autofill. */
  conditionalGet: boolean | null;
  conditionalCreate: boolean | null;
  hybridTransport: boolean | null;
  passkeyPlatformAuthenticator: boolean | null;
  userVerifyingPlatformAuthenticator: boolean | null;
  relatedOrigins: boolean | null;
  signalUnknownCredential: boolean;
  signalAllAcceptedCredentials: boolean;
  signalCurrentUserDetails: boolean;
}

/** Why an operation is not supported. */
export type Reason =
  | "insecure_context"
  | "no_api"
  | "permissions_policy"
  | "no_autofill"
  | "no_conditional_create";

/** What every operation rejects with, unless it was called in a wrong way (`TypeError`). */
export class PasskeyError extends Error {
  constructor(code: PasskeyErrorCode, details?: { reason?: Reason | undefined; server?: ServerError | undefined; cause?: unknown });
  readonly code: PasskeyErrorCode;
  /** A sentence for the user, in the client's language. Text from the server is never part of it. */
  message: string;
  /** Why, if the code is `passkey_not_supported`. */
  readonly reason: Reason | undefined;
  /** The server's error, if the server refused. */
  readonly server: ServerError | undefined;
  /** What the browser or the network reported. */
  readonly cause?: unknown;
  /** Whether the user or the page stopped the operation, so that nothing needs to be reported. */
  readonly cancelled: boolean;
}

/** What the server reported beside the code. Text in it is the server's: show it as text, never as HTML. */
export interface ServerError {
  readonly status: number;
  readonly message: string;
  readonly longMessage: string;
  readonly meta: Json;
}

/** The codes of failures in the browser. */
export type BrowserErrorCode =
  | "passkey_not_supported"
  | "passkey_pa_not_supported"
  | "passkey_invalid_rpID_or_domain"
  | "passkey_already_exists"
  | "passkey_operation_aborted"
  | "passkey_retrieval_cancelled"
  | "passkey_retrieval_failed"
  | "passkey_registration_cancelled"
  | "passkey_registration_failed";

/** The codes that servers send, and those for answers without a code. */
export type ServerErrorCode =
  | "ceremony_expired"
  | "request_malformed"
  | "passkey_limit_reached"
  | "passkey_not_found"
  | "last_passkey"
  | "passkey_name_invalid"
  | "passkeys_disabled"
  | "passkey_autofill_disabled"
  | "reverification_required"
  | "no_passkeys"
  | "user_name_taken"
  | "user_name_invalid"
  | "conflict"
  | "internal_error"
  | "unauthenticated"
  | "forbidden"
  | "too_many_requests"
  | "network_error"
  | "unexpected_answer";

/** All codes that have a sentence. A server may send others, which get the sentence of their status. */
export type KnownErrorCode = BrowserErrorCode | ServerErrorCode;
export type PasskeyErrorCode = KnownErrorCode | (string & {});

/** One sentence for each code, and for each reason of `passkey_not_supported` that can be told apart. */
export type Messages = Readonly<
  Record<KnownErrorCode | `passkey_not_supported:${Exclude<Reason, "no_api">}`, string>
>;

// ---- the way to the server ----

export type Operation =
  | `${"create" | "sign-up" | "sign-in" | "second-factor" | "reverify"}/${"begin" | "finish"}`
  | "list"
  | "rename"
  | "delete"
  | "erase"
  | "settings"
  | "failure";

/**
 * Carries an operation to the server, and its answer back: the status and the JSON that the HTTP endpoints would give.
 * A rejection counts as `network_error`.
 */
export type Transport = (operation: Operation, input: Json, options: CallOptions) => Promise<Answer>;

export interface Answer {
  status: number;
  /** The JSON of the answer; it is checked. */
  body: unknown;
  /** The server's time in Unix milliseconds, so that a wrong clock here does no harm. */
  date?: number;
}

/** The transport that clients use by default. */
export function httpTransport(options?: Pick<ClientOptions, "base" | "fetch">): Transport;

// ---- shared by the module's own files ----

/** @internal */
export interface Signal {
  method: "signalUnknownCredential" | "signalAllAcceptedCredentials" | "signalCurrentUserDetails";
  options: Json;
}
