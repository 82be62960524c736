// What is published: files, exports, and what the code must never do.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const manifest = JSON.parse(read("package.json"));
const sources = ["src/", "src/messages/"].flatMap((folder) =>
  readdirSync(new URL(folder, root)).filter((name) => name.endsWith(".js")).map((name) => folder + name),
);

test("exports files that exist", () => {
  for (const entry of Object.values(manifest.exports)) {
    for (const path of typeof entry === "string" ? [entry] : Object.values(entry)) assert.ok(existsSync(new URL(path, root)), path);
  }
  for (const path of manifest.files) assert.ok(existsSync(new URL(path, root)), path);
});

test("has no dependencies", () => {
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(Object.keys(manifest.devDependencies), ["typescript"]);
  assert.doesNotMatch(read("package-lock.json"), /https?:/);
});

test("exports what is declared", async () => {
  const declared = [...read("src/index.d.ts").matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(await import("relying-party-browser")).sort(), declared.sort());
  for (const language of ["en", "de", "ar"]) {
    assert.deepEqual(Object.keys(await import(`relying-party-browser/messages/${language}`)), ["default"]);
  }
});

test("imports its own files only, by paths that a server can serve", () => {
  for (const file of sources) {
    for (const [, specifier] of read(file).matchAll(/^(?:import|export)[^;]*? from "([^"]+)";/gm)) {
      assert.match(specifier, /^\.\/[\w/-]+\.js$/, file);
      assert.ok(existsSync(new URL(specifier, new URL(file, root))), `${file}: ${specifier}`);
    }
    assert.doesNotMatch(read(file), /\bimport\((?!"\.\/[\w.]+"\))/, "loads nothing later");
  }
});

test("writes to no page and compiles no text, as strict policies demand", () => {
  const forbidden = /innerHTML|outerHTML|insertAdjacent|document\.write|createElement|srcdoc|\beval\b\(|new Function|Function\(|\.src\s*=|localStorage|sessionStorage|document\.cookie|console\./;
  for (const file of sources) {
    // Types are comments.
    assert.doesNotMatch(read(file).replaceAll(/\/\*\*.*?\*\//gs, ""), forbidden, file);
  }
});

test("changes nothing when it is loaded", async () => {
  const before = Reflect.ownKeys(globalThis);
  await import("../src/index.js?again");
  assert.deepEqual(Reflect.ownKeys(globalThis), before);
  assert.equal(manifest.sideEffects, false);
});

test("has the licences of the repository", { skip: !existsSync(new URL("../../LICENSE-MIT", root)) }, () => {
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) assert.equal(read(file), read(`../../${file}`));
});
