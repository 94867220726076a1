// The enrolment, without its screens: a key is made, a ticket spent, an account kept.
import * as keys from "./crypto.js";

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

/**
 * @param {{api: object, accounts: object}} tools
 * @param {{ticket: string, name: string, audience: string}} wanted
 * @returns {Promise<{result: string, account?: import("./accounts.js").Account}>} the server's result, "Offline", or
 *   "NoStorage" (nothing was sent) and "BadFingerprint" (the server answered for another key; nothing was kept)
 */
export async function enrol({api, accounts}, {ticket, name, audience}) {
    const {privateKey, publicKey} = await keys.makeKey();
    try {
        await accounts.probe(privateKey);
    } catch {
        return {result: "NoStorage"};
    }
    const answer = await api.enrol({
        sTicket: ticket, sPublicKey: keys.base64url(publicKey), sName: name,
        sSignature: await keys.sign(privateKey, keys.enrolmentStatement({audience, ticket, name}))});
    if (answer.result !== "OK")
        return {result: answer.result};
    const fingerprint = await keys.fingerprint(publicKey);
    const account = {
        id: answer.sDeviceId, token: answer.sDeviceToken, privateKey, fingerprint, audience, company: answer.sCompany,
        address: answer.sAccount, name, enrolled: new Date().toISOString(), isGone: false};
    if (answer.sFingerprint !== fingerprint) {
        await api.remove(account);
        return {result: "BadFingerprint"};
    }
    await accounts.put(account);
    return {result: "OK", account};
}
