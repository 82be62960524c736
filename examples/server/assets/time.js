// Points in time, as people say them.

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });

export function time(milliseconds) {
  const element = document.createElement("time");
  element.dateTime = new Date(milliseconds).toISOString();
  element.title = absolute.format(milliseconds);
  element.textContent = ago(milliseconds);
  return element;
}

function ago(milliseconds) {
  const seconds = Math.min(0, (milliseconds - Date.now()) / 1000);
  if (seconds > -45) return "just now";
  for (const [unit, length, limit] of [["minute", 60, 60], ["hour", 3_600, 24], ["day", 86_400, 30], ["month", 2_629_800, 12]]) {
    const count = Math.round(seconds / length);
    if (count > -limit) return relative.format(Math.min(count, -1), unit);
  }
  return relative.format(Math.round(seconds / 31_557_600), "year");
}

setInterval(() => {
  for (const element of document.querySelectorAll("time")) element.textContent = ago(Date.parse(element.dateTime));
}, 30_000);
