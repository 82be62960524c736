// What keeps a passkey, as far as the server knows, and the icon that shows it.

const KINDS = {
  key: { icon: "#icon-key", label: "icon_key" },
  phone: { icon: "#icon-phone", label: "icon_phone" },
  computer: { icon: "#icon-computer", label: "icon_computer" },
  manager: { icon: "#icon-cloud", label: "icon_manager" },
};

/** Systems of devices that are no computers. */
const MOBILE = ["Android", "iPhone", "iPad"];

/** The kind of what keeps a passkey, which was created in this browser if that is known. */
export function kindOf({ attachment, transports, backupEligible }, browser) {
  const reachedBy = (...names) => names.some((name) => transports.includes(name));
  const isRoaming = attachment === "cross-platform" || (attachment === null && reachedBy("usb", "nfc", "ble", "smart-card"));
  // A scanned code leads to a phone. Whatever else is not part of the computer is plugged in or held near.
  if (isRoaming && reachedBy("hybrid")) return KINDS.phone;
  if (backupEligible) return KINDS.manager;
  if (isRoaming) return KINDS.key;
  return MOBILE.includes(browser?.system) ? KINDS.phone : KINDS.computer;
}

/** Initials of a model: 1P for 1Password, KP for KeePassXC. Logos belong to others; the name is beside it anyway. */
export function initials(model) {
  const words = model.match(/\p{Lu}?\p{Ll}+|\p{Lu}+|\p{Nd}+/gu) ?? [];
  return words.slice(0, 2).map(([first]) => first).join("").toLocaleUpperCase("en");
}
