// SPDX-License-Identifier: Apache-2.0
// Passkeys (WebAuthn Level 3): made beside the device's own key at an enrolment, asked for at each approval. They sign the
// same statement. The only module that touches navigator.credentials; nothing here throws: what went wrong is a result.
import {base64url, sha256, unbase64url} from "./crypto.js";

/** COSE algorithms (RFC 9053) that the server verifies: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257];
/** How long a person may take; as long as the longest challenge lives. */
const PATIENCE = 300_000;

/** The browser's refusals by the names that have words. */
const REFUSALS = {
    NotAllowedError: "PasskeyCancelled", AbortError: "PasskeyCancelled", TimeoutError: "PasskeyCancelled",
    NotSupportedError: "PasskeyUnsupported", ConstraintError: "PasskeyUnsupported",
    SecurityError: "WrongAddress", InvalidStateError: "PasskeyTaken"};

/** Results of this module beside "OK". */
export const PASSKEY_REFUSALS = [...new Set(Object.values(REFUSALS)), "PasskeyFailed"];

async function asked(ask) {
    if (globalThis.PublicKeyCredential === undefined)
        return {result: "PasskeyUnsupported"};
    try {
        return {result: "OK", credential: await ask()};
    } catch (error) {
        return {result: REFUSALS[error?.name] ?? "PasskeyFailed"};
    }
}

const named = (id) => ({type: "public-key", id: unbase64url(id)});

/** Whether this device itself can ask for a fingerprint, a face or a PIN. */
export async function isPossible() {
    try {
        return await globalThis.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable() ?? false;
    } catch {
        return false;
    }
}

/**
 * Makes a passkey.
 * @param {object} wanted
 * @param {Uint8Array} wanted.statement what the enrolment signs
 * @param {string} wanted.relyingParty @param {string} wanted.user the account's handle, base64url
 * @param {string} wanted.company @param {string} wanted.account
 * @param {string[]} wanted.others ids of this account's passkeys on this device: a second would take the place of the first
 * @param {boolean} [wanted.isFound] whether the browser must find it by itself, without its id
 * @returns {Promise<{result: string, id?: string, members?: object}>} members: of the enrolment
 */
export async function makePasskey({statement, relyingParty, user, company, account, others, isFound = false}) {
    const challenge = await sha256(statement);
    const {result, credential} = await asked(() => navigator.credentials.create({publicKey: {
        challenge, rp: {id: relyingParty, name: company}, user: {id: unbase64url(user), name: account, displayName: account},
        pubKeyCredParams: ALGORITHMS.map((alg) => ({type: "public-key", alg})), excludeCredentials: others.map(named),
        authenticatorSelection: {residentKey: isFound ? "required" : "preferred", userVerification: "required"}, attestation: "none",
        timeout: PATIENCE}}));
    if (result !== "OK")
        return {result};
    const {attestationObject, clientDataJSON} = credential.response;
    return {result, id: base64url(new Uint8Array(credential.rawId)), members: {
        sAttestation: base64url(new Uint8Array(attestationObject)), sClientData: base64url(new Uint8Array(clientDataJSON))}};
}

/**
 * Has a passkey sign.
 * @param {string|null} id of makePasskey(); null: the person chooses one of this site's
 * @param {Uint8Array} statement what the device's key signs too
 * @returns {Promise<{result: string, id?: string, members?: object}>} members: of the answer
 */
export async function askPasskey(id, statement) {
    const challenge = await sha256(statement);
    const {result, credential} = await asked(() => navigator.credentials.get({publicKey: {
        challenge, allowCredentials: id === null ? [] : [named(id)], userVerification: "required", timeout: PATIENCE}}));
    if (result !== "OK")
        return {result};
    const {authenticatorData, clientDataJSON, signature} = credential.response;
    return {result, id: base64url(new Uint8Array(credential.rawId)), members: {
        sAuthenticatorData: base64url(new Uint8Array(authenticatorData)), sClientData: base64url(new Uint8Array(clientDataJSON)),
        sPasskeySignature: base64url(new Uint8Array(signature))}};
}

/** Tells the device, where it listens, that a passkey is of no use any more, so that it is not shown as if it were. */
export async function dropPasskey(id) {
    try {
        await globalThis.PublicKeyCredential?.signalUnknownCredential?.({rpId: location.hostname, credentialId: id});
    } catch {
        // It stays in the device's list, and signs nothing.
    }
}
