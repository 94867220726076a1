// SPDX-License-Identifier: Apache-2.0
// The enrolment, without its screens: a key is made, a ticket spent, an account kept.
import * as keys from "./crypto.js";
import {dropPasskey, makePasskey} from "./passkey.js";

const TICKET = /^[A-Za-z0-9_-]{16,128}$/;

/** What the server takes as the name of a device. */
export const NAME_BYTES_MOST = 64;

/** @param {string} fragment of the address, with its "#" @returns {string|null} */
export function ticketOf(fragment) {
    const text = fragment.slice(1);
    return TICKET.test(text) ? text : null;
}

/**
 * The ticket of a link that was pasted: of this server's app and of no other.
 * @param {string} text @param {URL} here where the app is
 * @returns {string|null}
 */
export function ticketOfLink(text, here) {
    let link;
    try {
        link = new URL(text.trim());
    } catch {
        return null;
    }
    return link.origin === here.origin && link.pathname === here.pathname ? ticketOf(link.hash) : null;
}

/** Cut to what the server takes, between characters. */
export function fitName(name) {
    const encoder = new TextEncoder();
    let fit = "";
    for (const character of name.replace(/\p{C}/gu, " ").trim()) {
        if (encoder.encode(fit + character).length > NAME_BYTES_MOST)
            break;
        fit += character;
    }
    return fit.trim();
}

/** What this device has of the account already, the newest first: the first is what the enrolment replaces. */
async function formersOf(accounts, audience, invitation) {
    return (await accounts.list())
        .filter((other) => !other.isGone && other.audience === audience && other.address === invitation.sAccount)
        .sort((a, b) => b.enrolled.localeCompare(a.enrolled));
}

/** Proves to the server that this is the device that is to be replaced; nothing, where there is none. */
async function replacing(former, {audience, ticket}, key) {
    if (former === undefined)
        return {};
    const bytes = keys.replacementStatement({audience, ticket, device: former.id, key});
    return {sFormerToken: former.token, sFormerSignature: await keys.sign(former.privateKey, bytes)};
}

/** Keeps what the new device takes over of the former, and nothing else of it. */
async function takeOver(accounts, account, former) {
    if (former.codes !== undefined)
        await accounts.put({...account, codes: former.codes, codesMade: former.codesMade});
    await accounts.remove(former.id);
    if (former.passkey !== undefined)
        await dropPasskey(former.passkey);
}

/** The signature of the passkey that was asked for, or none. @param {object[]} others what else this device has of the account */
async function passkeyFor({invitation, hasPasskey}, others, statement) {
    if (!hasPasskey)
        return {result: "OK", id: undefined, members: {}};
    return makePasskey({
        statement, relyingParty: invitation.sRelyingParty, user: invitation.sPasskeyUser, company: invitation.sCompany,
        account: invitation.sAccount, others: others.map((other) => other.passkey).filter((id) => id !== undefined)});
}

/**
 * @param {{api: object, accounts: object}} tools
 * @param {object} wanted
 * @param {string} wanted.ticket @param {string} wanted.name @param {string} wanted.audience
 * @param {object} wanted.invitation what the server said about the ticket
 * @param {boolean} wanted.hasPasskey whether a passkey is made too
 * @returns {Promise<{result: string, account?: import("./accounts.js").Account}>} the server's result, one of passkey.js,
 *   "Offline", or "NoStorage" (nothing was sent) and "BadFingerprint" (the server answered for another key; nothing was kept)
 */
export async function enrol({api, accounts}, wanted) {
    const {ticket, name, audience} = wanted;
    const {privateKey, publicKey} = await keys.makeKey();
    try {
        await accounts.probe(privateKey);
    } catch {
        return {result: "NoStorage"};
    }
    const bytes = keys.enrolmentStatement({audience, ticket, name});
    const [former, ...others] = await formersOf(accounts, audience, wanted.invitation);
    const passkey = await passkeyFor(wanted, others, bytes);
    if (passkey.result !== "OK")
        return {result: passkey.result};
    const key = keys.base64url(publicKey);
    const answer = await api.enrol({
        sTicket: ticket, sPublicKey: key, sName: name, sSignature: await keys.sign(privateKey, bytes), ...passkey.members,
        ...await replacing(former, wanted, key)});
    if (answer.result !== "OK") {
        if (passkey.id !== undefined && answer.result !== "Offline")
            await dropPasskey(passkey.id);
        return {result: answer.result};
    }
    const fingerprint = await keys.fingerprint(publicKey);
    const account = {
        id: answer.sDeviceId, token: answer.sDeviceToken, privateKey, passkey: passkey.id, fingerprint, audience,
        company: answer.sCompany, address: answer.sAccount, name, enrolled: new Date().toISOString(), isGone: false};
    if (answer.sFingerprint !== fingerprint) {
        await api.remove(account);
        return {result: "BadFingerprint"};
    }
    await accounts.put(account);
    if (answer.bReplaced)
        await takeOver(accounts, account, former);
    return {result: "OK", account};
}
