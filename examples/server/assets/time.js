// Points in time, as people say them.

import { language, t } from "/i18n.js";
import { withHint } from "/ui.js";

const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const absolute = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

/** A `Date` or Unix milliseconds, in relation to now, with an explanation that has the exact time. */
export function time(moment) {
  const element = document.createElement("time");
  element.dateTime = new Date(moment).toISOString();
  element.textContent = ago(moment);
  return withHint(element, absolute.format(moment), "hint-text");
}

function ago(moment) {
  const seconds = Math.min(0, (moment - Date.now()) / 1000);
  if (seconds > -45) return t("just_now");
  for (const [unit, length, limit] of [["minute", 60, 60], ["hour", 3_600, 24], ["day", 86_400, 30], ["month", 2_629_800, 12]]) {
    const count = Math.round(seconds / length);
    if (count > -limit) return relative.format(Math.min(count, -1), unit);
  }
  return relative.format(Math.round(seconds / 31_557_600), "year");
}

setInterval(() => {
  for (const element of document.querySelectorAll("time")) element.textContent = ago(Date.parse(element.dateTime));
}, 30_000);
