// SPDX-License-Identifier: Apache-2.0
// Codes of six digits by the time (RFC 6238 with SHA-1, steps of 30 seconds), as any authenticator makes them. A seed is kept as
// the browser's own handle of it.
import {hmac, keepSeed} from "./crypto.js";

/** Seconds for which a code is shown. */
export const STEP = 30;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** @param {string} text RFC 4648, section 6; blanks and case do not matter @returns {Uint8Array} throws where it is none */
export function unbase32(text) {
    const bytes = [];
    let bits = 0;
    let held = 0;
    for (const letter of text.toUpperCase().replace(/[\s=]/g, "")) {
        const value = BASE32.indexOf(letter);
        if (value === -1)
            throw new Error("not base32");
        held = (held << 5 | value) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push(held >> bits & 0xff);
        }
    }
    return Uint8Array.from(bytes);
}

/** @param {string} secret base32 @returns {Promise<CryptoKey>} */
export function seedOf(secret) {
    return keepSeed(unbase32(secret));
}

/** @param {CryptoKey} seed @param {number} time milliseconds @returns {Promise<string>} the code of that time */
export async function codeAt(seed, time) {
    const step = new DataView(new ArrayBuffer(8));
    step.setBigUint64(0, BigInt(Math.floor(time / 1_000 / STEP)));
    const mac = await hmac(seed, new Uint8Array(step.buffer));
    // RFC 4226, section 5.3: the last four bits say where the 31 bits are taken.
    const value = new DataView(mac.buffer).getUint32(mac[mac.length - 1] & 15) & 0x7fffffff;
    return String(value % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** @param {number} time milliseconds @returns {number} until the next code, more than 0 and at most STEP seconds */
export function secondsLeft(time) {
    return STEP - time / 1_000 % STEP;
}
