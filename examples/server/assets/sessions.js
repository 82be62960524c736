// Where the user is signed in, and how to end that elsewhere.

import { loadActivity } from "/activity.js";
import { api } from "/api.js";
import { browserName } from "/client.js";
import { nodes, t } from "/i18n.js";
import { say } from "/notices.js";
import { time } from "/time.js";
import { $, copyOf, withButton } from "/ui.js";

export async function loadSessions() {
  const { data } = await api("GET", "/api/sessions");
  // This browser comes first.
  data.sort((one, other) => Number(other.current) - Number(one.current));
  $("sessions").replaceChildren(...data.map(sessionItem));
  $("sessions-end").hidden = data.length < 2;
  $("sessions-only").hidden = data.length > 1;
}

function sessionItem({ client, created_at: since, current }) {
  const element = copyOf("session-template");
  element.querySelector(".session-name").textContent = browserName(client);
  element.querySelector(".tag").hidden = !current;
  const when = time(since);
  const sentence = client.address ? nodes("session_since_at", { when, address: client.address }) : nodes("session_since", { when });
  element.querySelector(".session-since").append(...sentence);
  return element;
}

$("sessions-end").addEventListener("click", () => {
  withButton($("sessions-end"), async () => {
    const { ended } = await api("DELETE", "/api/sessions");
    await Promise.all([loadSessions(), loadActivity()]);
    $("sessions-title").focus({ preventScroll: true });
    say("good", t("sessions_ended", { count: ended }));
  });
});
