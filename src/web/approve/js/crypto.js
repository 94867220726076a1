// SPDX-License-Identifier: Apache-2.0
// The device's key, the statements that it signs, and the forms in which both travel: docs/device-api.md. The only module
// that touches WebCrypto.

const ECDSA = {name: "ECDSA", namedCurve: "P-256"};
const ES256 = {name: "ECDSA", hash: "SHA-256"};
const encoder = new TextEncoder();

/** Whether this browser, at this address, can make and keep a key at all. */
export function isAvailable() {
    return globalThis.isSecureContext !== false && globalThis.crypto?.subtle !== undefined;
}

/** @param {Uint8Array} bytes @returns {string} base64url without padding (RFC 4648, section 5) */
export function base64url(bytes) {
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text of base64url(); throws where it is none @returns {Uint8Array} */
export function unbase64url(text) {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
export async function sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * A new key pair on P-256. The private key cannot be taken out of the browser, not even by this app.
 * @returns {Promise<{privateKey: CryptoKey, publicKey: Uint8Array}>} publicKey: 65 bytes, the uncompressed point
 */
export async function makeKey() {
    const pair = await crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]);
    return {privateKey: pair.privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))};
}

/** @param {Uint8Array} publicKey @returns {Promise<string>} five groups of four hex digits, for a person to compare */
export async function fingerprint(publicKey) {
    const digest = await sha256(publicKey);
    const hex = Array.from(digest.subarray(0, 10), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.match(/.{4}/g).join(" ");
}

/**
 * A statement: its kind, then one line for each value, which its length keeps from passing for another line.
 * @param {string} kind
 * @param {[string, string][]} lines
 * @returns {Uint8Array}
 */
export function statement(kind, lines) {
    const text = lines.map(([name, value]) => `${name} ${encoder.encode(value).length} ${value}\n`);
    return encoder.encode(`${kind}\n${text.join("")}`);
}

/** @param {{audience: string, ticket: string, name: string}} e */
export function enrolmentStatement(e) {
    return statement("countersign-enrol-v1", [["audience", e.audience], ["ticket", e.ticket], ["name", e.name]]);
}

/** What the device's former key signs where this device is enrolled again. @param {{audience: string, ticket: string, device: string, key: string}} r */
export function replacementStatement(r) {
    return statement("countersign-replace-v1", [["audience", r.audience], ["ticket", r.ticket], ["device", r.device], ["key", r.key]]);
}

/**
 * What an answer signs: everything that the screen showed.
 * @param {object} challenge as the server sent it
 * @param {string} deviceId
 * @param {"approve"|"reject"|"not-me"} decision
 * @param {string} number as typed; empty where none is asked for
 */
export function assertionStatement(challenge, deviceId, decision, number) {
    return statement("countersign-assertion-v1", [
        ["challenge", challenge.sChallengeId], ["nonce", challenge.sNonce], ["audience", challenge.sAudience],
        ["company", challenge.sCompany], ["account", challenge.sAccount], ["purpose", challenge.sPurpose],
        ["console", challenge.sConsole ?? ""], ["source", challenge.sSource], ["created", challenge.sCreated],
        ["expires", challenge.sExpires], ["device", deviceId], ["decision", decision], ["number", number]]);
}

/** What opens the self-service. @param {{audience: string, nonce: string, company: string, account: string, device: string}} o */
export function selfStatement(o) {
    return statement("countersign-self-v1", [["audience", o.audience], ["nonce", o.nonce], ["company", o.company],
        ["account", o.account], ["device", o.device]]);
}

/**
 * Signs a change of this account's device: docs/device-api.md, "Changes".
 * @param {import("./accounts.js").Account} account
 * @param {string} nonce
 * @param {string} operation such as "device/remove"
 * @param {[string, string][]} lines every argument of the operation, in its order
 * @returns {Promise<string>} ES256
 */
export function signChange(account, nonce, operation, lines) {
    return sign(account.privateKey, statement("countersign-change-v1", [["audience", account.audience], ["nonce", nonce],
        ["device", account.id], ["operation", operation], ...lines]));
}

/** The seed of codes as a key that cannot be taken out again. @param {Uint8Array} seed @returns {Promise<CryptoKey>} */
export function keepSeed(seed) {
    return crypto.subtle.importKey("raw", seed, {name: "HMAC", hash: "SHA-1"}, false, ["sign"]);
}

/** @param {CryptoKey} key of keepSeed() @param {Uint8Array} bytes @returns {Promise<Uint8Array>} HMAC-SHA-1, 20 bytes */
export async function hmac(key, bytes) {
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));
}

/**
 * @param {CryptoKey} privateKey
 * @param {Uint8Array} bytes
 * @returns {Promise<string>} ES256: r and s, 64 bytes, base64url
 */
export async function sign(privateKey, bytes) {
    return base64url(new Uint8Array(await crypto.subtle.sign(ES256, privateKey, bytes)));
}
