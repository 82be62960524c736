// The language of the page, and its sentences.

const languages = ["en", "de", "ar"];
const KEY = "language";

/** The chosen language, or the first of the browser's that there is. */
function choose() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (languages.includes(asked)) {
    localStorage.setItem(KEY, asked);
    // The choice is kept, so that the address stays the same in all languages.
    history.replaceState(history.state, "", location.pathname);
    return asked;
  }
  const wanted = [localStorage.getItem(KEY), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wanted.find((language) => languages.includes(language)) ?? "en";
}

export const language = choose();
const [{ default: sentences }, { default: ofPasskeys }] = await Promise.all([
  import(`/messages/${language}.js`),
  import(`/passkeys/browser/messages/${language}.js`),
]);

/** The browser module's sentences in this language. */
export const passkeySentences = ofPasskeys;

const plural = new Intl.PluralRules(language);
const number = new Intl.NumberFormat(language);
const quantity = (count) => (typeof count === "number" ? number.format(count) : count);

/** Keeps what is filled in from changing the direction of the text around it. */
const isolated = (value) => `\u2068${quantity(value)}\u2069`;

export const has = (key) => Object.hasOwn(sentences, key);

function template(key, { count } = {}) {
  const sentence = sentences[key];
  if (sentence === undefined) throw new Error(`no sentence: ${key}`);
  if (typeof sentence === "string") return sentence;
  return (count === 0 && sentence.zero) || sentence[plural.select(count)] || sentence.other;
}

/** A sentence, with `{name}` filled in. */
export function t(key, values = {}) {
  return template(key, values).replace(/\{(\w+)\}/g, (_, name) => isolated(values[name]));
}

/** The same as nodes, so that elements can be filled in. */
export function nodes(key, values) {
  return template(key, values)
    .split(/\{(\w+)\}/)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      const value = values[part];
      if (value instanceof Node) return value;
      const isolate = document.createElement("bdi");
      isolate.textContent = quantity(value);
      return isolate;
    });
}

/** Fills in the sentences of a part of the page, which names them in `data-t`, and labels in `data-t-label`. */
function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

document.documentElement.lang = language;
document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
for (const link of document.querySelectorAll("#languages a")) {
  if (link.lang === language) link.setAttribute("aria-current", "true");
}
translate(document);
for (const { content } of document.querySelectorAll("template")) translate(content);
