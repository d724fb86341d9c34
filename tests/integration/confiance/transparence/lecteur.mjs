// SPDX-FileCopyrightText: 2026 drimm contributors
// SPDX-License-Identifier: Apache-2.0
// A reader of heads written from docs/formats/tete.md alone, on the standard library of Node: it shows that others can write one.
// Usage: node lecteur.mjs FOLDER_OF_VECTORS; prints one JSON object: what it answers to each vector.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leafHash = (data) => sha256(Buffer.from([0]), data);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);
const bytes = (hex) => Buffer.from(hex, "hex");

// §2: canonical JSON
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("number");
  return JSON.stringify(value);
}

// §5: the recursive definition of RFC 6962, run backwards
function rootByInclusion(leaf, index, size, path) {
  if (size === 1) return path.length ? null : leaf;
  if (!path.length) return null;
  const last = path[path.length - 1], rest = path.slice(0, -1), k = split(size);
  const inner = index < k ? rootByInclusion(leaf, index, k, rest) : rootByInclusion(leaf, index - k, size - k, rest);
  return inner && (index < k ? nodeHash(inner, last) : nodeHash(last, inner));
}

function rootsByConsistency(first, second, path, oldRoot, complete) {
  if (first === second) {
    if (complete) return path.length ? null : [oldRoot, oldRoot];
    return path.length === 1 ? [path[0], path[0]] : null;
  }
  if (!path.length) return null;
  const last = path[path.length - 1], rest = path.slice(0, -1), k = split(second);
  if (first <= k) {
    const inner = rootsByConsistency(first, k, rest, oldRoot, complete);
    return inner && [inner[0], nodeHash(inner[1], last)];
  }
  const inner = rootsByConsistency(first - k, second - k, rest, oldRoot, false);
  return inner && [nodeHash(last, inner[0]), nodeHash(last, inner[1])];
}

function split(size) {
  let k = 1;
  while (2 * k < size) k *= 2;
  return k;
}

// §3: the file
function b64(text) {
  const data = Buffer.from(text, "base64url");
  if (data.toString("base64url") !== text) throw new Error("base64url");
  return data;
}

function keyOf(hex) {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes(hex).toString("base64url") }, format: "jwk" });
}

function signers(file, cles) {
  const found = new Set(), names = new Set();
  for (const one of file.signatures) {
    const header = JSON.parse(b64(one.protected).toString("utf8"));
    if (names.has(header.kid)) throw new Error("name twice");
    names.add(header.kid);
    const key = cles.find((cle) => cle.id === header.kid);
    if (!key) continue;
    if (!["EdDSA", "Ed25519"].includes(header.alg) || header.typ !== "drimm-tete+json" || "crit" in header) throw new Error("header");
    if (!verify(null, Buffer.from(`${one.protected}.${file.payload}`), keyOf(key.public_key), b64(one.signature))) throw new Error("signature");
    found.add(header.kid);
  }
  return found;
}

function check(data, policy, at) {
  const file = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data));
  if (signers(file, policy.cles).size < policy.seuil) throw new Error("threshold");
  const payload = b64(file.payload).toString("utf8"), head = JSON.parse(payload);
  if (canonical(head) !== payload || !/^1\.\d+$/.test(head.format)) throw new Error("payload");
  if ((head.numero === 1) !== (head.previous === null) || !Number.isSafeInteger(head.length)) throw new Error("content");
  if (new Set(head.cles.map((cle) => cle.public_key)).size !== head.cles.length) throw new Error("keys");
  if (signers(file, head.cles).size < head.seuil) throw new Error("announced keys");
  const { sequence, sha256: digest, date_generation, signing_time } = head;
  const leaf = leafHash(Buffer.from(canonical({ format: "1.0", sequence, sha256: digest, date_generation, signing_time })));
  const found = rootByInclusion(leaf, head.taille - 1, head.taille, head.inclusion.map(bytes));
  if (!found || !found.equals(bytes(head.racine))) throw new Error("inclusion");
  const skew = policy.clock_skew_seconds * 1000, day = 86400000;
  const [now, issued, next] = [at, head.this_update, head.next_update].map(Date.parse);
  if (Math.max(Date.parse(date_generation), Date.parse(signing_time)) - issued > skew) throw new Error("list of tomorrow");
  if (issued - now > skew || now - next > skew) throw new Error("time");
  if (next <= issued || next - issued > policy.max_validity_days * day) throw new Error("validity");
}

const answers = { inclusion: [], consistency: [], feuilles: [], tetes: {} };
const merkle = read("merkle.json");
for (const { index, size, path } of merkle.inclusion) {
  answers.inclusion.push(rootByInclusion(bytes(merkle.leaf_hashes[index]), index, size, path.map(bytes))?.toString("hex") === merkle.roots[size]);
}
for (const { first, second, path } of merkle.consistency) {
  const found = rootsByConsistency(first, second, path.map(bytes), bytes(merkle.roots[first]), true);
  answers.consistency.push(found?.[0].toString("hex") === merkle.roots[first] && found[1].toString("hex") === merkle.roots[second]);
}
for (const { feuille, data, hash } of read("feuille.json").feuilles) {
  answers.feuilles.push(canonical(feuille) === data && leafHash(Buffer.from(data)).toString("hex") === hash);
}
for (const one of read("tete.json").cases) {
  try {
    check("file" in one ? Buffer.from(one.file) : Buffer.from(one.file_base64, "base64"), one.policy, one.at);
    answers.tetes[one.name] = "acceptee";
  } catch (error) {
    answers.tetes[one.name] = error.message;
  }
}
console.log(JSON.stringify(answers));
