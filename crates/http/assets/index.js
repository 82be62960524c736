export { PasskeyClient } from "./client.js";
export { PasskeyError } from "./errors.js";
export { httpTransport } from "./transport.js";
