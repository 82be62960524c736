// A passkey of the signed-in user, as the account page shows it.

export class Passkey {
  #update;
  #delete;

  /**
   * @param {import("./index.js").PasskeySummary} summary
   * @param {Pick<import("./index.js").Passkey, "update" | "delete">} actions
   */
  constructor(summary, actions) {
    this.id = summary.id;
    this.name = summary.name;
    this.createdAt = summary.createdAt;
    this.updatedAt = summary.updatedAt;
    this.lastUsedAt = summary.lastUsedAt;
    this.authenticator = summary.authenticator;
    this.authenticatorAttested = summary.authenticatorAttested;
    this.attachment = summary.attachment;
    this.transports = summary.transports;
    this.discoverable = summary.discoverable;
    this.backupEligible = summary.backupEligible;
    this.synced = summary.synced;
    this.#update = actions.update;
    this.#delete = actions.delete;
    Object.freeze(this);
  }

  /** @type {import("./index.js").Passkey["update"]} */
  update(changes, options) {
    return this.#update(changes, options);
  }

  /** @type {import("./index.js").Passkey["delete"]} */
  delete(options) {
    return this.#delete(options);
  }
}
